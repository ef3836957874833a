import { startEmbeddedDatabase } from '../support/postgres-database.js';
import { openPostgresLog } from '../support/postgres-log.js';
import { logMaintenanceSuite } from './log-maintenance.suite.js';

logMaintenanceSuite('pglite', (context) => openPostgresLog(startEmbeddedDatabase, context));

import * as runner from 'vitest';
import { startEmbeddedDatabase } from '../support/postgres-database.js';
import { openPostgresLog } from '../support/postgres-log.js';
import { logMaintenanceSuite } from '../../lib/testing/contract/log-maintenance.suite.js';

logMaintenanceSuite('pglite', (context) => openPostgresLog(startEmbeddedDatabase, context), { runner });

import * as runner from 'vitest';
import { startServerDatabase } from '../support/postgres-database.js';
import { openPostgresLog } from '../support/postgres-log.js';
import { logMaintenanceSuite } from '../../lib/testing/contract/log-maintenance.suite.js';

logMaintenanceSuite('postgres', (context) => openPostgresLog(startServerDatabase, context), { runner });

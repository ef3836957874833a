import * as runner from 'vitest';
import { setTimeout as sleep } from 'node:timers/promises';
import { openClickHouseEventStore } from '../support/clickhouse-event-store.js';
import { newDatabaseName, startTestClickHouse } from '../support/clickhouse-server.js';
import { eventStoreSuite } from '../../lib/testing/contract/event-store.suite.js';

/** As short as a busy machine allows. */
const TIMES = { insertDeadlineMs: 1_000, maxInsertMs: 1_000, settleMs: 2_500 };

eventStoreSuite(
  'clickhouse',
  async (context) => {
    const server = await startTestClickHouse();
    const connection = await server.connect(newDatabaseName());
    const store = await openClickHouseEventStore(connection, TIMES, context);
    return {
      store,
      log: store.log,
      settle: () => sleep(TIMES.settleMs),
      close: async () => {
        await store.close();
        await server.stop();
      },
    };
  },
  { runner, conditions: false },
);

import * as runner from 'vitest';
import { setTimeout as sleep } from 'node:timers/promises';
import { openClickHouseEventStore } from '../support/clickhouse-event-store.js';
import { newDatabaseName, startTestClickHouse } from '../support/clickhouse-server.js';
import { startTestRedis } from '../support/redis-server.js';
import { eventStoreSuite } from '../../lib/testing/contract/event-store.suite.js';

const open: Parameters<typeof eventStoreSuite>[1] = async (context) => {
  const [server, redis] = await Promise.all([startTestClickHouse(), startTestRedis()]);
  const connection = await server.connect(newDatabaseName());
  const options = { insertDeadlineMs: 1_000, maxInsertMs: 1_000, settleMs: 2_500 };
  const store = await openClickHouseEventStore(connection, options, context, await redis.connect());
  return {
    store,
    log: store.log,
    settle: () => sleep(options.settleMs),
    close: async () => {
      await store.close();
      await Promise.all([server.stop(), redis.stop()]);
    },
  };
};

// Reads go to the log itself, whichever arbiter gives the sequences: they are those of `clickhouse`.
eventStoreSuite('clickhouse-redis', open, { runner, conditions: false, reads: false });

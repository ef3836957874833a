import { clickhouse } from '../../lib/clickhouse.js';
import { newDatabaseName, startTestClickHouse, type TestClickHouse } from '../support/clickhouse-server.js';
import { startTestRedis, type TestRedis } from '../support/redis-server.js';
import { openedTwice } from '../support/opened-twice.js';
import { liveEventsSuite } from './live-events.suite.js';

let server: TestClickHouse;
let redis: TestRedis;

liveEventsSuite({
  name: 'ClickHouse',
  start: async () => void ([server, redis] = await Promise.all([startTestClickHouse(), startTestRedis()])),
  create: async () => {
    const { url, username, password } = server;
    const { host, port } = redis;
    const adapter = clickhouse({
      ...{ url, username, password, database: newDatabaseName(), redis: { host, port } },
      eventStore: { insertDeadlineMs: 1_000, maxInsertMs: 1_000, settleMs: 2_500 },
    });
    return openedTwice(adapter);
  },
  // What is announced is not settled yet.
  pollMs: 100,
  stop: async () => {
    await Promise.all([server.stop(), redis.stop()]);
  },
});

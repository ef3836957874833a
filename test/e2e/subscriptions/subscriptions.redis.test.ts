import { randomUUID } from 'node:crypto';
import { redisQueue } from '../../../lib/redis.js';
import { shortRoutesQueue } from '../../support/short-routes-queue.js';
import { survivingMemory } from '../../support/memories.js';
import { startTestRedis, type TestRedis } from '../../support/redis-server.js';
import { putAsideSuite } from './put-aside.suite.js';
import { retirementSuite } from './retirement.suite.js';
import { type Backend, subscriptionsSuite } from './subscriptions.suite.js';

const ROUTES_KEPT_MS = 1_000;

let server: TestRedis;

const backend: Backend = {
  name: 'memory, over Redis',
  start: async () => void (server = await startTestRedis()),
  create: async () => {
    const memory = survivingMemory();
    return () => memory;
  },
  createQueue: () => {
    const { host, port } = server;
    const name = randomUUID();
    return () => redisQueue({ connection: { host, port }, name, drainTimeoutMs: 50 });
  },
  flush: () => server.flush(),
  stop: () => server.stop(),
};

subscriptionsSuite(backend);
putAsideSuite(backend);
// Routes of a process that ended are live for a while, which is a minute with `redisQueue()`.
retirementSuite({
  ...backend,
  createQueue: () => {
    const { host, port } = server;
    const name = randomUUID();
    return () => shortRoutesQueue({ connection: { host, port }, name, drainTimeoutMs: 50 }, ROUTES_KEPT_MS);
  },
});

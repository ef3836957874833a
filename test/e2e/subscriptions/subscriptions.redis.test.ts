import { randomUUID } from 'node:crypto';
import { redisQueue } from '../../../lib/redis.js';
import { survivingMemory } from '../../support/memories.js';
import { startTestRedis, type TestRedis } from '../../support/redis-server.js';
import { putAsideSuite } from './put-aside.suite.js';
import { type Backend, subscriptionsSuite } from './subscriptions.suite.js';

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

import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { ClosedError } from '../../../lib/errors/closed.error.js';
import { checkRedisServer } from '../../../lib/redis/check-redis-server.js';
import { classifyRedisError } from '../../../lib/redis/classify-redis-error.js';
import { INCARNATION } from '../../../lib/redis/incarnation.js';
import type { RedisConnection } from '../../../lib/redis/redis-connection.js';
import { defineScript } from '../../../lib/redis/redis-script.js';
import { RedisUnreachableError } from '../../../lib/redis/redis-unreachable.error.js';
import { RedisUnsuitableError } from '../../../lib/redis/redis-unsuitable.error.js';
import { expectRefused } from '../../support/expect-refused.js';
import { startTestRedis, type TestRedis } from '../../support/redis-server.js';
import { TcpProxy } from '../../support/tcp-proxy.js';

const COUNT = defineScript('count', `return redis.call('INCRBY', KEYS[1], ARGV[1])`);
const LIFE = defineScript('life', `${INCARNATION} return incarnation()`);

let redis: TestRedis;
let proxy: TcpProxy;
let connection: RedisConnection;

beforeAll(async () => {
  redis = await startTestRedis();
});
afterAll(() => redis?.stop());
beforeEach(async () => {
  await redis.flush();
  proxy = await TcpProxy.start(redis.port);
  connection = await redis.connect({ port: proxy.port, reconnectWaitMs: 500, commandTimeoutMs: 400 });
});
afterEach(() => proxy.stop());

async function failure(call: () => Promise<unknown>): Promise<unknown> {
  return call().then(
    () => expect.unreachable('nothing failed'),
    (error: unknown) => error,
  );
}

test('runs a script whether the server knows it or not', async () => {
  expect(await connection.run(COUNT, ['n'], [2])).toBe(2);
  expect(await connection.run(COUNT, ['n'], [2])).toBe(4);
  await redis.client.script('FLUSH');
  expect(await connection.run(COUNT, ['n'], [2])).toBe(6);
});

test('sends nothing twice when an answer gets lost, and says that the outcome is unknown', async () => {
  await connection.run(COUNT, ['n'], [1]);
  proxy.fate = 'cut';
  const error = await failure(() => connection.run(COUNT, ['n'], [1]));
  expect(classifyRedisError(error)).toBe('unknown');
  proxy.fate = 'pass';
  expect(await connection.run(COUNT, ['n'], [0])).toBe(2);
});

test('waits for a connection that broke, within its bound', async () => {
  proxy.fate = 'lose';
  expect(classifyRedisError(await failure(() => connection.ping()))).toBe('unknown');
  // Many that wait share one wait.
  const errors = await Promise.all(Array.from({ length: 50 }, () => failure(() => connection.ping())));
  for (const error of errors) expect(error).toBeInstanceOf(RedisUnreachableError);
  expect(classifyRedisError(errors[0])).toBe('refused');
  proxy.fate = 'pass';
  await connection.ping();
});

test('gives up connecting to a server that accepts and then says nothing', async () => {
  process.kill(redis.pid, 'SIGSTOP');
  try {
    const error = await failure(() => redis.connect({ connectTimeoutMs: 300, commandTimeoutMs: 300 }));
    expect(error).toBeInstanceOf(RedisUnreachableError);
  } finally {
    process.kill(redis.pid, 'SIGCONT');
  }
});

test('gives up on a server that stands still', async () => {
  process.kill(redis.pid, 'SIGSTOP');
  try {
    expect(classifyRedisError(await failure(() => connection.ping()))).toBe('unknown');
  } finally {
    process.kill(redis.pid, 'SIGCONT');
  }
  await connection.ping();
});

test('tells answers of the server by what they mean', async () => {
  const wrong = defineScript('wrong', `return redis.call('LPUSH', KEYS[1], 1)`);
  await connection.run(COUNT, ['n'], [1]);
  expect(classifyRedisError(await failure(() => connection.run(wrong, ['n'])))).toBe('permanent');
  await redis.client.config('SET', 'maxmemory', '1');
  expect(classifyRedisError(await failure(() => connection.run(COUNT, ['n'], [1])))).toBe('transient');
  await redis.client.config('SET', 'maxmemory', '0');
  expect(await connection.run(COUNT, ['n'], [1])).toBe(2);
});

test('refuses everything once it is closed', async () => {
  connection.close();
  await expectRefused(() => connection.ping(), ClosedError);
});

test('says at once that nobody answers', async () => {
  const error = await expectRefused(() => redis.connect({ port: 1 }), RedisUnreachableError);
  expect(error.message).toMatch(/ECONNREFUSED/);
});

test('names each life of the memory of a server, across replication too', async () => {
  const first = await connection.run(LIFE, []);
  expect(await connection.run(LIFE, [])).toBe(first);
  await redis.restart('kept');
  const second = await connection.run(LIFE, []);
  expect(second).not.toBe(first);
  // It follows another server for a while, takes that one's memory, and leads again: the run id is the same.
  const other = await startTestRedis();
  try {
    await redis.client.call('REPLICAOF', other.host, `${other.port}`);
    await expect.poll(() => redis.client.info('replication'), { timeout: 10_000 }).toContain('master_link_status:up');
    await redis.client.call('REPLICAOF', 'NO', 'ONE');
  } finally {
    await other.stop();
  }
  const third = String(await connection.run(LIFE, []));
  expect(third).not.toBe(second);
  expect(third.split(':')[0]).toBe(String(second).split(':')[0]);
});

test('finds a server unsuitable that may forget keys', async () => {
  await checkRedisServer(connection);
  await redis.client.config('SET', 'maxmemory-policy', 'volatile-lru');
  await expectRefused(() => checkRedisServer(connection), RedisUnsuitableError);
  await redis.client.config('SET', 'maxmemory-policy', 'noeviction');
});

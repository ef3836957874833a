import { expect, test } from 'vitest';
import { resolveRedisOptions } from '../../../lib/redis/redis-connection-options.js';
import { expectInvalid } from '../../support/expect-refused.js';

test('fills in every bound', () => {
  expect(resolveRedisOptions({ host: 'h' })).toEqual({
    host: 'h',
    connectTimeoutMs: 5_000,
    reconnectWaitMs: 2_000,
    commandTimeoutMs: 5_000,
  });
});

test('refuses what is outside its range, by name', async () => {
  for (const bad of [0, -1, 1.5, NaN, '5', 65_536]) {
    await expectInvalid(() => resolveRedisOptions({ port: bad as number }), 'redis.port');
  }
  await expectInvalid(() => resolveRedisOptions({ commandTimeoutMs: 0 }), 'redis.commandTimeoutMs');
  await expectInvalid(() => resolveRedisOptions({ db: -1 }), 'redis.db');
  for (const url of ['localhost:6379', 'http://localhost', '']) {
    await expectInvalid(() => resolveRedisOptions({ url }), 'redis.url');
  }
  await expectInvalid(() => resolveRedisOptions({ sentinels: [{ host: 'a', port: 1 }] }), 'redis.sentinelName');
});

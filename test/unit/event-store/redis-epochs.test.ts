import { expect, test } from 'vitest';
import { resolveOptions } from '../../../lib/event-store/clickhouse/clickhouse-event-store-options.js';
import { ArbiterKeys } from '../../../lib/event-store/clickhouse/redis-arbiter/arbiter-keys.js';
import { RedisEpochs } from '../../../lib/event-store/clickhouse/redis-arbiter/redis-epochs.js';
import { CLAIM_EPOCH } from '../../../lib/event-store/clickhouse/redis-arbiter/scripts/claim-epoch.js';
import type { WriterTools } from '../../../lib/event-store/clickhouse/writer-tools.js';
import { StoreUnavailableError } from '../../../lib/event-store/store-unavailable.error.js';
import type { RedisConnection } from '../../../lib/redis/redis-connection.js';
import type { RedisScript } from '../../../lib/redis/redis-script.js';

test('nobody waits for the next epoch any more once the arbiter is closed', async () => {
  let closed = false;
  let opened = 0;
  const connection = {
    query: async () => [{ newest: '7', now_ms: `${Date.now()}`, running: '1' }],
    command: async () => {
      opened += 1;
      closed = true;
    },
  };
  const redis = { run: async (script: RedisScript) => (script === CLAIM_EPOCH ? 1 : '') };
  const epochs = new RedisEpochs(
    { connection, options: resolveOptions({}) } as unknown as WriterTools,
    redis as unknown as RedisConnection,
    new ArbiterKeys('log'),
    'writer',
    () => closed,
  );
  await expect(epochs.find()).rejects.toThrow(StoreUnavailableError);
  expect(opened).toBe(1);
}, 5_000);

import 'reflect-metadata';
import { SystemClock } from '../../lib/clock/system-clock.js';
import { redisQueue } from '../../lib/queue/redis/redis-queue.adapter.js';

/** A process that waits for a lock, says what it has of it, and never lets go by itself. */

const [, , port, leaseMs, name] = process.argv as [string, string, string, string, string];
const connection = { host: '127.0.0.1', port: Number(port) };
const lock = await redisQueue({ connection, name, leaseMs: Number(leaseMs) }).openLocks({ clock: new SystemClock() });
process.send?.({ ready: true });
await lock.hold(
  'work',
  async ({ fencingToken, signal }) => {
    process.send?.({ fencingToken });
    await new Promise((resolve) => signal.addEventListener('abort', resolve));
    process.send?.({ lost: (signal.reason as { code?: string }).code });
  },
  { waitMs: 120_000 },
);
process.disconnect();

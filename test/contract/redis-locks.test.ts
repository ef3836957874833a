import { type ChildProcess, fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { SystemClock } from '../../lib/clock/system-clock.js';
import type { DistributedLock } from '../../lib/locks/distributed-lock.js';
import { redisQueue } from '../../lib/queue/redis/redis-queue.adapter.js';
import { compile, type Compiled } from '../support/compile.js';
import { eventually } from '../support/eventually.js';
import { gate } from '../support/gate.js';
import { startTestRedis, type TestRedis } from '../support/redis-server.js';

const LEASE_MS = 1_000;
const SETTLE_MS = 45_000;
const CHILD_TIMEOUT_MS = 120_000;

let redis: TestRedis;
let name: string;
let locks: DistributedLock[];
beforeAll(async () => void (redis = await startTestRedis()));
afterAll(() => redis.stop());
beforeEach(() => {
  name = randomUUID();
  locks = [];
});
afterEach(async () => {
  for (const lock of locks) await lock.drain();
});

async function opened(): Promise<DistributedLock> {
  const connection = { host: redis.host, port: redis.port, reconnectWaitMs: 100 };
  const lock = await redisQueue({ connection, name, leaseMs: LEASE_MS }).openLocks({ clock: new SystemClock() });
  locks.push(lock);
  return lock;
}

const connections = async (): Promise<number> =>
  String(await redis.client.client('LIST'))
    .split('\n')
    .filter((line) => line.includes('name=event-sourcing-nestjs')).length;

describe('holders that are processes', () => {
  interface Holder {
    readonly process: ChildProcess;
    readonly fencingToken?: number;
    readonly lost?: string;
  }
  let compiled: Compiled;
  let holders: Holder[];
  beforeAll(async () => void (compiled = await compile('test/support/lock-main.ts')));
  afterAll(() => compiled.remove());
  beforeEach(() => void (holders = []));
  afterEach(() => {
    for (const holder of holders) holder.process.kill('SIGKILL');
  });

  async function start(): Promise<Holder> {
    const main = join(compiled.path, 'test/support/lock-main.js');
    const args = [redis.port, LEASE_MS, name].map(String);
    const child = fork(main, args, { timeout: CHILD_TIMEOUT_MS, killSignal: 'SIGKILL' });
    const holder = { process: child, ready: false };
    child.on('message', (said: object) => void Object.assign(holder, said));
    holders.push(holder);
    await eventually(() => expect(holder.ready).toBe(true), SETTLE_MS);
    return holder;
  }

  const holding = (): Holder[] => holders.filter(({ fencingToken }) => fencingToken !== undefined);

  it('that are killed are followed by another, with a later token', async () => {
    for (let count = 0; count < 3; count += 1) await start();
    let last = 0;
    for (let kills = 0; kills < 3; kills += 1) {
      await eventually(() => expect(holding()).toHaveLength(kills + 1), SETTLE_MS);
      const [holder] = holding().toSorted((one, other) => other.fencingToken! - one.fencingToken!);
      expect(holder!.fencingToken).toBeGreaterThan(last);
      last = holder!.fencingToken!;
      holder!.process.kill('SIGKILL');
    }
  });

  it('that stand still for longer than a lease lose it, and know it when they go on', async () => {
    const stopped = await start();
    await eventually(() => expect(stopped.fencingToken).toBeDefined(), SETTLE_MS);
    stopped.process.kill('SIGSTOP');
    const next = await start();
    await eventually(() => expect(next.fencingToken).toBeDefined(), SETTLE_MS);
    expect(stopped.lost).toBeUndefined();
    stopped.process.kill('SIGCONT');
    await eventually(() => expect(stopped.lost).toBe('LOCK_LOST'), SETTLE_MS);
    expect(stopped.fencingToken!).toBeLessThan(next.fencingToken!);
    expect(next.lost).toBeUndefined();
  });
});

describe('a server', () => {
  /** Holds the lock until its signal is aborted, and gives the reason. */
  async function holdUntilLost(lock: DistributedLock): Promise<{ token: number; lost: Promise<unknown> }> {
    const began = gate();
    let token = 0;
    const lost = lock
      .tryHold('work', async ({ fencingToken, signal }) => {
        token = fencingToken;
        began.open();
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
        return signal.reason as unknown;
      })
      .then((result) => (result.held ? result.value : undefined));
    await began.opened;
    return { token, lost };
  }

  it('that has forgotten everything: the holder hears of it, and the next token is a later one', async () => {
    const { token, lost } = await holdUntilLost(await opened());
    await redis.flush();
    expect(await lost).toMatchObject({ code: 'LOCK_LOST', kind: 'transient' });
    const next = await (await opened()).tryHold('work', async ({ fencingToken }) => fencingToken);
    expect(next).toMatchObject({ held: true });
    expect(next.held && next.value).toBeGreaterThan(token);
  });

  it('that comes back without its memory: the same', async () => {
    const { token, lost } = await holdUntilLost(await opened());
    await redis.restart('lost');
    expect(await lost).toMatchObject({ code: 'LOCK_LOST' });
    const next = await (await opened()).hold('work', async ({ fencingToken }) => fencingToken, { waitMs: SETTLE_MS });
    expect(next.held && next.value).toBeGreaterThan(token);
  });

  it('that comes back with its memory leaves the lock with its holder, or the holder hears of it', async () => {
    const lock = await opened();
    const [began, end] = [gate(), gate()];
    let signal!: AbortSignal;
    const run = lock.tryHold('work', async (lease) => {
      signal = lease.signal;
      began.open();
      await end.opened;
    });
    await began.opened;
    await redis.restart('kept');
    const other = await (await opened()).hold('work', async () => signal.aborted, { waitMs: LEASE_MS * 2 });
    // Whoever came second came when the first had lost it.
    expect(other.held ? other.value : !signal.aborted).toBe(true);
    end.open();
    await run;
  });

  it('that stays away: the holder loses the lock in time, and who asks is told', async () => {
    const lock = await opened();
    const { lost } = await holdUntilLost(lock);
    await redis.kill();
    try {
      expect(await lost).toMatchObject({ code: 'LOCK_LOST' });
      await expect(lock.tryHold('work', async () => 1)).rejects.toMatchObject({
        code: 'LOCK_UNAVAILABLE',
        kind: 'transient',
      });
      await expect((await opened()).tryHold('work', async () => 1)).rejects.toMatchObject({ code: 'LOCK_UNAVAILABLE' });
    } finally {
      await redis.start();
    }
  });

  it('that is away for a while is waited for', async () => {
    const lock = await opened();
    await lock.tryHold('other', async () => undefined);
    await redis.kill();
    const waiting = lock.hold('work', async () => 'came', { waitMs: SETTLE_MS });
    await redis.start();
    expect(await waiting).toEqual({ held: true, value: 'came' });
  });
});

describe('a process', () => {
  it('has no connection before it asks for a lock, one then, and none when it has ended', async () => {
    const lock = await opened();
    // Those of other tests end by themselves.
    await eventually(async () => expect(await connections()).toBe(0));
    await Promise.all(['one', 'two'].map((work) => lock.tryHold(work, async () => undefined)));
    expect(await connections()).toBe(1);
    await lock.drain();
    await eventually(async () => expect(await connections()).toBe(0));
  });

  it('leaves one key behind, under the prefix of the queue', async () => {
    const lock = await opened();
    await lock.tryHold('fold:totals@1', async () => undefined);
    const keys = (await redis.client.keys('*')).filter((key) => key.includes(name));
    expect(keys).toEqual([`{es:${name}:0}:lock-token`]);
  });
});

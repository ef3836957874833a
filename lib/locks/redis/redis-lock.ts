import type { Clock } from '../../clock/clock.js';
import { ClosedError } from '../../errors/closed.error.js';
import { describeError } from '../../errors/describe-error.js';
import { RedisConnection } from '../../redis/redis-connection.js';
import type { RedisConnectionOptions } from '../../redis/redis-connection-options.js';
import type { RedisScript } from '../../redis/redis-script.js';
import { encodeKey } from '../../tenancy/encode-key.js';
import type { HeldLock } from '../held-lock.js';
import { LeasedLock } from '../leased-lock.js';
import { LockUnavailableError } from '../lock-unavailable.error.js';
import { RedisLease } from './redis-lease.js';
import { ACQUIRE_LOCK } from './scripts/acquire-lock.script.js';
import { RELEASE_LOCK } from './scripts/release-lock.script.js';
import { RENEW_LOCK } from './scripts/renew-lock.script.js';

export interface RedisLockOptions {
  readonly connection: RedisConnectionOptions;
  /** What all keys begin with, hash tag included. */
  readonly prefix: string;
  /** How long a lock stays with a process that says nothing more; milliseconds. */
  readonly leaseMs: number;
}

/**
 * Locks in Redis: one key each, which expires unless it is prolonged, and one for the last token of all. It connects
 * when a lock is first asked for, so a process that wants none has no connection for it.
 */
export class RedisLock extends LeasedLock {
  private connection: Promise<RedisConnection> | undefined;
  private closed = false;

  constructor(
    private readonly options: RedisLockOptions,
    clock: Clock,
  ) {
    super(clock);
  }

  protected async acquire(name: string, owner: string): Promise<HeldLock | undefined> {
    const { prefix, leaseMs } = this.options;
    const key = `${prefix}lock:${encodeKey(name)}`;
    const connection = await this.ask(name, () => this.connected());
    const askedAt = performance.now();
    const token = (await this.ask(name, () =>
      connection.run(ACQUIRE_LOCK, [key, `${prefix}lock-token`], [owner, leaseMs]),
    )) as string | null;
    if (token === null) return undefined;
    const run = (script: RedisScript, ...args: number[]): Promise<unknown> =>
      connection.run(script, [key], [`${owner} ${token}`, ...args]);
    const calls = {
      renew: async () => (await run(RENEW_LOCK, leaseMs)) === 1,
      release: () => run(RELEASE_LOCK),
    };
    return new RedisLease(name, Number(token), askedAt, leaseMs, calls, this.clock);
  }

  protected async close(): Promise<void> {
    this.closed = true;
    const connection = await this.connection?.catch(() => undefined);
    connection?.close();
  }

  private connected(): Promise<RedisConnection> {
    if (this.closed) throw new ClosedError('The lock');
    this.connection ??= RedisConnection.open(this.options.connection, 'The Redis queue').catch((error: unknown) => {
      this.connection = undefined;
      throw error;
    });
    return this.connection;
  }

  private async ask<T>(name: string, call: () => Promise<T>): Promise<T> {
    try {
      return await call();
    } catch (cause) {
      if (cause instanceof ClosedError) throw cause;
      throw new LockUnavailableError(name, describeError(cause), { cause });
    }
  }
}

import type { Clock } from '../../clock/clock.js';
import type { HeldLock } from '../held-lock.js';
import { LockLostError } from '../lock-lost.error.js';
import type { LockLease } from '../lock-lease.js';

/** A lease is prolonged once this share of it is over, and asked for as often while the server does not answer. */
const RENEW_SHARE = 1 / 3;

/** How a lease speaks of itself to the server. */
export interface LeaseCalls {
  /** Whether it is still this process's. */
  renew(): Promise<boolean>;
  release(): Promise<unknown>;
}

/**
 * One lease, from the answer that gave it to its end:
 *
 *     held ──prolonged──▶ held … ──release──▶ over
 *       └──not prolonged in time, or no longer ours──▶ lost: the signal is aborted
 *
 * Its age counts from when the server was asked, by the monotonic clock: it ends here before it ends there.
 */
export class RedisLease implements HeldLock {
  readonly lease: LockLease;
  private readonly abortion = new AbortController();
  private over = false;
  private renewing = false;
  private cancel = (): void => {};

  constructor(
    private readonly name: string,
    fencingToken: number,
    private askedAt: number,
    private readonly leaseMs: number,
    private readonly calls: LeaseCalls,
    private readonly clock: Clock,
  ) {
    this.lease = { fencingToken, signal: this.abortion.signal };
    this.check();
  }

  abort(reason: Error): void {
    this.abortion.abort(reason);
  }

  async release(): Promise<void> {
    if (this.over) return;
    this.end();
    // What cannot be told now is free when the lease is over.
    await this.calls.release().catch(() => undefined);
  }

  private check(): void {
    if (this.over) return;
    const age = performance.now() - this.askedAt;
    if (age >= this.leaseMs) return this.lose();
    const renewAt = this.leaseMs * RENEW_SHARE;
    if (age >= renewAt && !this.renewing) void this.renew();
    const next = age < renewAt ? renewAt - age : Math.min(renewAt, this.leaseMs - age);
    this.cancel();
    this.cancel = this.clock.schedule(Math.ceil(next), () => this.check());
  }

  private async renew(): Promise<void> {
    const askedAt = performance.now();
    this.renewing = true;
    try {
      const isOurs = await this.calls.renew();
      if (this.over) return;
      if (!isOurs) return this.lose();
      this.askedAt = askedAt;
    } catch {
      // Asked again by the next check, for as long as the lease lasts.
      return;
    } finally {
      this.renewing = false;
    }
    this.check();
  }

  private lose(): void {
    this.end();
    this.abortion.abort(new LockLostError(this.name));
  }

  private end(): void {
    this.over = true;
    this.cancel();
  }
}

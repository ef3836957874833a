import type { LockLease } from './lock-lease.js';

/** A lock in the hands of this process, as an adapter gives it out. */
export interface HeldLock {
  readonly lease: LockLease;
  /** Aborts the signal of the lease. */
  abort(reason: Error): void;
  /** Lets go of the lock, if it is still held. Never rejects. */
  release(): Promise<void>;
}

import type { LockLease } from './lock-lease.js';
import type { LockResult } from './lock-result.js';

/** @publicApi */
export interface HoldOptions {
  /** How long to wait for a lock that another holds; milliseconds. */
  readonly waitMs: number;
  /** Ends the wait, and nothing else. */
  readonly signal?: AbortSignal;
}

/**
 * Named locks over all processes that share a queue: of those that want a name, one holds it at a time. A lock is
 * prolonged while its run goes on, and free soon after its process died.
 *
 * A lock saves work, and never makes anything right: a process that stood still for longer than a lease may go on for a
 * moment beside the next holder. What must not happen twice asks for `fencingToken`, or bears it.
 *
 * @publicApi
 */
export abstract class DistributedLock {
  /**
   * Runs, when nobody holds the lock, and lets go of it when the run has settled. What the run returns or throws is the
   * result, also when the lock was lost meanwhile: its `signal` says that.
   *
   * @param name a legal id: up to 512 bytes of text without control characters
   * @throws InvalidArgumentError when the name is none
   * @throws LockUnavailableError when the server cannot be asked; nothing was run
   * @throws ClosedError when the process stops; nothing was run
   */
  abstract tryHold<T>(name: string, run: (lease: LockLease) => Promise<T>): Promise<LockResult<T>>;

  /**
   * The same, and waits for a lock that another holds, or for a server that is away; `held: false` when the time is over.
   * Those that wait get it in no order.
   *
   * @throws what `tryHold` throws, and the reason of `signal`
   */
  abstract hold<T>(name: string, run: (lease: LockLease) => Promise<T>, options: HoldOptions): Promise<LockResult<T>>;

  /** Aborts what runs, waits for its end within a bound, and lets go of everything. Later calls wait for the same end. */
  abstract drain(): Promise<void>;
}

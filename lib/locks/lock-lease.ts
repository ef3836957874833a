/** What the holder of a lock has of it. @publicApi */
export interface LockLease {
  /**
   * Rises with every lease of this queue's locks, whoever takes it, also after the server lost everything, as long as
   * its clock does not go back: microseconds since the epoch, or the last one plus one. Whoever is written to can
   * refuse what comes under an older one.
   */
  readonly fencingToken: number;
  /**
   * Aborted, with `LockLostError`, when the lock is lost: it could not be prolonged in time, or the server has forgotten
   * it. With `ClosedError` when the process stops. Stop then, and write nothing more.
   */
  readonly signal: AbortSignal;
}

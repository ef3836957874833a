export { DistributedLock, type HoldOptions } from './distributed-lock.js';
export type { LockLease } from './lock-lease.js';
export * from './lock-lost.error.js';
export type { LockResult } from './lock-result.js';
export * from './lock-unavailable.error.js';

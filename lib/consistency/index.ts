export type { AppliedOptions } from './applied-options.js';
export { Consistency } from './consistency.js';
export type * from './consistency-result.js';
export type { ConsistencyToken } from './consistency-token.js';
export { type ConsistencySource, consistencyToken } from './create-consistency-token.js';
export * from './invalid-consistency-token.error.js';
export * from './too-many-waits.error.js';

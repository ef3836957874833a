export type { AppliedOptions } from './applied-options.js';
export { Consistency } from './consistency.js';
export type * from './consistency-result.js';
export type { ConsistencyToken } from './consistency-token.js';
export { type ConsistencySource, consistencyToken } from './create-consistency-token.js';
export * from './invalid-consistency-token.error.js';
export * from './too-many-waits.error.js';
export * from './http/consistency-headers.js';
export * from './http/consistency-timeout.exception.js';
export { ConsistencyInterceptor } from './http/consistency.interceptor.js';
export {
  ConsistentWith,
  type ConsistentWithOptions,
  type ProjectionReference,
} from './http/consistent-with.decorator.js';

export * from './ambient-context.js';
export * from './create-tenant-id.js';
export { AmbientContextInterceptor } from './http/ambient-context.interceptor.js';
export * from './http/ambient-context-options.js';
export * from './invalid-tenant.error.js';
export * from './tenant-context.js';
export * from './tenant-id.js';
export { MAX_ID_BYTES } from './text-problem.js';

export * from './ambient-context.js';
export * from './create-tenant-id.js';
export * from './invalid-tenant.error.js';
export * from './tenant-context.js';
export * from './tenant-id.js';
export { MAX_ID_BYTES } from './text-problem.js';

export type { ForgottenTenant } from './forgotten-tenant.js';
export * from './import-conflict.error.js';
export * from './import-refused.error.js';
export type { ImportResult } from './import-result.js';
export { LogMaintenance } from './log-maintenance.js';
export type { LogProblem, LogProblemCode, LogReport, VerifyQuery } from './log-report.js';
export type { RetentionQuery } from './retention-query.js';

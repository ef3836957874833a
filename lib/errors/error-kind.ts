/**
 * What a failure means for the work that met it. Every error is given exactly one kind, in `classifyError`.
 *
 * - `rejected`: a business rule said no. An outcome, never a failure; not retried.
 * - `permanent`: the same input fails the same way again (validation, programming). Not retried.
 * - `transient`: the surroundings failed (network, overload). Retried with backoff, bounded.
 * - `conflict`: somebody else wrote first. Reload and decide again, bounded.
 *
 * @publicApi
 */
export type ErrorKind = 'rejected' | 'permanent' | 'transient' | 'conflict';

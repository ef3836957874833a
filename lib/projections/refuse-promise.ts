import { InvalidProjectionResultError } from './invalid-projection-result.error.js';

/**
 * Projections answer at once; the answer of an asynchronous one would come too late.
 *
 * @throws InvalidProjectionResultError for a promise, whose own failure is then nobody's any more
 */
export function refusePromise(component: string, type: string, value: unknown): void {
  if (typeof value !== 'object' || value === null || !('then' in value) || typeof value.then !== 'function') return;
  Promise.resolve(value).catch(() => {});
  throw new InvalidProjectionResultError(component, type, 'a promise');
}

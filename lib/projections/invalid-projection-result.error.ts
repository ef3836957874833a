import { EventSourcingError } from '../errors/event-sourcing.error.js';

/**
 * Stands for a fold or map that returned what no row can hold: `undefined`, a promise, or something that is not JSON.
 *
 * @publicApi
 */
export class InvalidProjectionResultError extends EventSourcingError {
  readonly code = 'INVALID_PROJECTION_RESULT';
  readonly kind = 'permanent';

  constructor(component: string, type: string, problem: string) {
    super(`${component} returned ${problem} for ${type}. Return a JSON value, or null for none.`);
  }
}

import { EventSourcingError } from '../errors/event-sourcing.error.js';

/**
 * Stands for a command handler, or the `decide` of a decider, that returned no list of events. Nothing was stored.
 *
 * @publicApi
 */
export class InvalidDecisionError extends EventSourcingError {
  readonly code = 'INVALID_DECISION';
  readonly kind = 'permanent';

  /** @param source what returned the value */
  constructor(source: string, value: unknown) {
    super(`${source} returned ${kindOf(value)}. Return a list of events, empty when nothing changes.`);
  }
}

function kindOf(value: unknown): string {
  if (value instanceof Promise) return 'a promise';
  return value === null ? 'null' : typeof value;
}

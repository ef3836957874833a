import { EventSourcingError } from '../errors/event-sourcing.error.js';

/**
 * Stands for a command handler that returned no list of events.
 *
 * @publicApi
 */
export class InvalidDecisionError extends EventSourcingError {
  readonly code = 'INVALID_DECISION';
  readonly kind = 'permanent';

  constructor(handler: string, value: unknown) {
    super(
      `${handler}.handle() returned ${value === null ? 'null' : typeof value}. Return a list of events, empty when nothing changes.`,
    );
  }
}

import { EventSourcingError } from '../errors/event-sourcing.error.js';
import type { Lane } from '../queue/lane.js';

/**
 * Stands for queued work whose projection or reactor this process does not have.
 *
 * @publicApi
 */
export class UnknownComponentError extends EventSourcingError {
  readonly code = 'UNKNOWN_COMPONENT';
  readonly kind = 'permanent';

  constructor({ kind, component }: Lane) {
    super(`This process has no ${kind} ${component}. Start a process that provides it.`);
  }
}

import type { EventClass } from '../events/event-class.js';
import { EventSourcingError } from '../errors/event-sourcing.error.js';

/**
 * Thrown when a projection is read that no module of this process provides.
 *
 * @publicApi
 */
export class UnknownProjectionError extends EventSourcingError {
  readonly code = 'UNKNOWN_PROJECTION';
  readonly kind = 'permanent';

  constructor(decorator: string, projection: EventClass) {
    super(`${projection.name} is no provider with ${decorator}. Add it to the providers of its feature module.`);
  }
}

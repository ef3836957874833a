import { EventSourcingError } from '../errors/event-sourcing.error.js';

/**
 * Thrown when a projection is read that no module of this process provides.
 *
 * @publicApi
 */
export class UnknownProjectionError extends EventSourcingError {
  readonly code = 'UNKNOWN_PROJECTION';
  readonly kind = 'permanent';

  constructor(decorator: string, name: string) {
    super(`No provider with ${decorator} is known as ${name}. Add it to the providers of its feature module.`);
  }
}

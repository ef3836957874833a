import { EventSourcingError } from '../../errors/event-sourcing.error.js';

/**
 * Thrown when the version of a projection shall be retired that reads are answered from.
 *
 * @publicApi
 */
export class VersionActiveError extends EventSourcingError {
  readonly code = 'VERSION_ACTIVE';
  readonly kind = 'permanent';

  constructor(component: string) {
    super(`${component} is the version that reads are answered from. It can be retired when a higher one is complete.`);
  }
}

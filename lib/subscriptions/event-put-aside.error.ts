import { EventSourcingError } from '../errors/event-sourcing.error.js';

/**
 * Stands at the dead letter of an event that a subscription failed at for good, and that its partition went on without:
 * its message is that of the last failure. Retry it when the cause is gone, or discard it.
 *
 * @publicApi
 */
export class EventPutAsideError extends EventSourcingError {
  readonly code = 'EVENT_PUT_ASIDE';
  readonly kind = 'permanent';

  constructor(
    readonly subscription: string,
    readonly sequence: number,
    reason: string,
    options?: ErrorOptions,
  ) {
    super(`${subscription} failed at event ${sequence} for good, and went on without it: ${reason}`, options);
  }
}

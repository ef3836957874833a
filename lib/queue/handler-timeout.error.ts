import { EventSourcingError } from '../errors/event-sourcing.error.js';

/**
 * Stands for a handler that did not settle in time. Its signal was aborted; the work is retried.
 *
 * @publicApi
 */
export class HandlerTimeoutError extends EventSourcingError {
  readonly code = 'HANDLER_TIMEOUT';
  readonly kind = 'transient';

  constructor(component: string, timeoutMs: number) {
    super(`${component} did not settle within ${timeoutMs} ms. Heed the signal it is given, or raise its timeoutMs.`);
  }
}

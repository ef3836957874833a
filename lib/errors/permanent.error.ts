import { EventSourcingError } from './event-sourcing.error.js';

/**
 * Throw it from a handler when repeating the same input cannot help: the work is not retried, and takes at once the
 * way that its kind takes when retries end.
 *
 * @publicApi
 */
export class PermanentError extends EventSourcingError {
  readonly code: string = 'PERMANENT';
  readonly kind = 'permanent';
}

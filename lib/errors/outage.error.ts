import { EventSourcingError } from './event-sourcing.error.js';

/**
 * Base of the errors that say nothing about the work at hand: a store is away or overloaded. Queued work that meets
 * one waits for as long as it takes and burns none of its attempts.
 *
 * @publicApi
 */
export abstract class OutageError extends EventSourcingError {
  readonly kind = 'transient';
}

import { EventSourcingError } from '../errors/event-sourcing.error.js';
import { StoreUnavailableError } from './store-unavailable.error.js';

/** What a caller is told of a failed read: an error of a driver says nothing of the work that met it. */
export function asStoreUnavailable(what: string, error: unknown): EventSourcingError {
  return error instanceof EventSourcingError ? error : new StoreUnavailableError(what, { cause: error });
}

import type { EventSourcingError } from '../../errors/event-sourcing.error.js';
import { asStoreUnavailable } from '../as-store-unavailable.js';

/** What a read of the log is refused with when ClickHouse refused it. */
export function unreadable(error: unknown): EventSourcingError {
  return asStoreUnavailable('The log could not be read from ClickHouse', error);
}

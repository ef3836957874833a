import type { RecordedEvent } from '../events/recorded-event.js';
import type { StoredEvent } from '../events/stored-event.js';
import type { StreamId } from './stream-id.js';

/** @publicApi */
export interface AppendResult {
  readonly stream: StreamId;
  readonly firstSequence: number;
  readonly lastSequence: number;
  readonly events: readonly RecordedEvent[];
  /** The same events in the form that queue jobs carry. */
  readonly stored: readonly StoredEvent[];
  /** True when the key was known and this is the result of the first append. */
  readonly repeated: boolean;
}

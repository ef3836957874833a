import type { RecordedEvent } from './recorded-event.js';
import type { StoredEvent } from './stored-event.js';

/** A decoded event in the form that jobs carry. */
export function encodeRecorded({ data, occurredAt, recordedAt, ...rest }: RecordedEvent): StoredEvent {
  return { ...rest, payload: JSON.stringify(data), occurredAt: occurredAt.getTime(), recordedAt: recordedAt.getTime() };
}

import type { RecordedEvent } from '../events/recorded-event.js';
import type { EventRecord } from './event.js';

export function toEventRecord({ sequence, recordedAt, type, data }: RecordedEvent): EventRecord {
  return {
    sequenceNumber: sequence,
    timestamp: recordedAt,
    eventType: type,
    payload: data as Record<string, unknown>,
  };
}

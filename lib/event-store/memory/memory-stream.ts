import type { StoredEvent } from '../../events/stored-event.js';
import { compareText } from '../../tenancy/compare-text.js';
import { encodeKey } from '../../tenancy/encode-key.js';
import type { StreamId } from '../stream-id.js';

/** The sequences of one append. */
export interface KeyRange {
  readonly first: number;
  readonly last: number;
}

/** The events of one stream; the event with sequence n stands at index n - 1 - `emptied.head`. */
export interface MemoryStream {
  readonly id: StreamId;
  /** Another list after a removal, so that whoever reads goes on in the one it began with. */
  events: StoredEvent[];
  readonly appends: Map<string, KeyRange>;
  /** Up to where retention has removed the events. */
  emptied: { readonly head: number; readonly recordedAt: number };
}

export function newMemoryStream(id: StreamId): MemoryStream {
  return { id, events: [], appends: new Map(), emptied: { head: 0, recordedAt: 0 } };
}

export function headOf({ emptied, events }: MemoryStream): number {
  return emptied.head + events.length;
}

/** The events with the sequences `first` to `last`. */
export function eventsOf({ emptied, events }: MemoryStream, first: number, last: number): readonly StoredEvent[] {
  return events.slice(first - 1 - emptied.head, last - emptied.head);
}

export function streamKey({ tenantId, aggregateType, aggregateId }: StreamId): string {
  return encodeKey(tenantId, aggregateType, aggregateId);
}

/** The order of the log. */
export function compareStreams(a: MemoryStream, b: MemoryStream): number {
  return (
    compareText(a.id.tenantId, b.id.tenantId) ||
    compareText(a.id.aggregateType, b.id.aggregateType) ||
    compareText(a.id.aggregateId, b.id.aggregateId)
  );
}

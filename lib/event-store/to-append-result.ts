import type { EventSerializer } from '../events/event-serializer.js';
import type { StoredEvent } from '../events/stored-event.js';
import type { AppendResult } from './append-result.js';
import type { StreamId } from './stream-id.js';

/**
 * The result of an append from its events, at least one, in order. The events are decoded from what is stored and not
 * taken from the caller, so that a handler sees the same data on every way that an event can come to it. Without a
 * serializer the result has the stored form only.
 */
export function toAppendResult(
  stream: StreamId,
  stored: readonly StoredEvent[],
  repeated: boolean,
  serializer: EventSerializer | undefined,
): AppendResult {
  return {
    stream,
    firstSequence: stored[0]!.sequence,
    lastSequence: stored[stored.length - 1]!.sequence,
    events: serializer ? stored.map((event) => serializer.deserialize(event)) : [],
    stored,
    repeated,
  };
}

import { InvalidArgumentError } from '../errors/invalid-argument.error.js';
import { checkStream } from './check-stream.js';
import type { KeyedEvent } from './log-row.js';
import type { PreparedAppend } from './prepare-append.js';
import type { StreamId } from './stream-id.js';

/**
 * Events of another log as an append, which expects them to be the next of their stream.
 *
 * @throws InvalidArgumentError unless they are of this stream, with sequences that rise by one
 */
export function prepareRestore(stream: StreamId, events: readonly KeyedEvent[]): PreparedAppend {
  const checked = checkStream(stream);
  const [first] = events;
  if (first === undefined) throw new InvalidArgumentError('events', 'must not be empty');
  let bytes = 0;
  for (const [index, { event }] of events.entries()) {
    const { tenantId, aggregateType, aggregateId, sequence } = event;
    const isOfStream =
      tenantId === checked.tenantId && aggregateType === checked.aggregateType && aggregateId === checked.aggregateId;
    if (!isOfStream || sequence !== first.event.sequence + index) {
      throw new InvalidArgumentError(`events[${index}]`, 'must be the event of the stream that follows the one before');
    }
    bytes += Buffer.byteLength(event.payload) + Buffer.byteLength(JSON.stringify(event.metadata));
  }
  return {
    stream: checked,
    drafts: events.map(({ event }) => event),
    expectedSequence: first.event.sequence - 1,
    bytes,
    restored: events,
  };
}

/** The first and last sequences of the appends with keys. */
export function keyRanges(
  events: readonly KeyedEvent[],
): ReadonlyMap<string, { readonly first: number; readonly last: number }> {
  const ranges = new Map<string, { first: number; last: number }>();
  for (const { key, event } of events) {
    if (key === undefined) continue;
    const range = ranges.get(key);
    if (range) range.last = event.sequence;
    else ranges.set(key, { first: event.sequence, last: event.sequence });
  }
  return ranges;
}

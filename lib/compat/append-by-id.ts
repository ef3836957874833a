import { createHash } from 'node:crypto';
import type { NewEvent } from '../events/new-event.js';
import type { AppendResult } from '../event-store/append-result.js';
import type { EventStore } from '../event-store/event-store.js';
import type { StreamId } from '../event-store/stream-id.js';
import { encodeKey } from '../tenancy/encode-key.js';
import type { PipelineEvent } from './pipeline-event.js';

/**
 * Appends events in their order, each with an id by itself and once, whatever it comes together with; those between two
 * with ids together.
 *
 * @throws what `EventStore.append` throws; what stands before may be stored then
 */
export async function appendById(
  log: EventStore,
  stream: StreamId,
  events: readonly PipelineEvent[],
  draft: (event: PipelineEvent) => NewEvent,
): Promise<AppendResult> {
  const results: AppendResult[] = [];
  for (const part of parts(events)) {
    results.push(await log.append(stream, part.map(draft), { key: keyOf(part) }));
  }
  return {
    stream,
    firstSequence: Math.min(...results.map(({ firstSequence }) => firstSequence)),
    lastSequence: Math.max(...results.map(({ lastSequence }) => lastSequence)),
    events: results.flatMap(({ events: recorded }) => recorded),
    stored: results.flatMap(({ stored }) => stored),
    repeated: results.every(({ repeated }) => repeated),
  };
}

function parts(events: readonly PipelineEvent[]): readonly (readonly PipelineEvent[])[] {
  const found: PipelineEvent[][] = [];
  for (const event of events) {
    const last = found.at(-1);
    if (last && event.id === undefined && last[0]!.id === undefined) last.push(event);
    else found.push([event]);
  }
  return found;
}

/** Names an event by its id, so that it is known when it comes again. */
function keyOf([first]: readonly PipelineEvent[]): string | undefined {
  const id = first!.id;
  return id === undefined ? undefined : createHash('sha256').update(encodeKey('event', id)).digest('base64url');
}

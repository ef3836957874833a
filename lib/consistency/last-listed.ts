import type { EventStore } from '../event-store/event-store.js';
import type { StreamId } from '../event-store/stream-id.js';
import { NewerEventVersionError } from '../events/newer-event-version.error.js';
import { UndecodableEventError } from '../events/undecodable-event.error.js';

/** The last sequence of a range at which the log has an event of the types; `undefined` when there is none. */
export async function lastListed(
  store: EventStore,
  stream: StreamId,
  types: ReadonlySet<string>,
  from: number,
  to: number,
): Promise<number | undefined> {
  try {
    const options = { from, to, types: [...types], direction: 'backwards', limit: 1 } as const;
    for await (const { sequence } of store.read(stream, options)) return sequence;
  } catch (error) {
    // It is there all the same.
    if (error instanceof UndecodableEventError || error instanceof NewerEventVersionError) return error.sequence;
    throw error;
  }
  return undefined;
}

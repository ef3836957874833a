import type { EventStore } from '../../event-store/event-store.js';
import type { ReadOptions } from '../../event-store/read-options.js';
import type { StreamId } from '../../event-store/stream-id.js';
import type { RecordedEvent } from '../../events/recorded-event.js';
import type { FoldInput } from '../fold-input.js';
import { type Link, placeOf } from './link.event.js';

/** Links whose events are looked up at a time. */
const LINKS_AT_ONCE = 500;

/** Which of the linked events are wanted. */
export interface LinkedQuery {
  readonly types: ReadonlySet<string>;
  /** Only those recorded at or before this time. */
  readonly until?: Date;
  /** What is thrown when retention has removed one. @default they are left out */
  readonly gone?: () => Error;
}

/** The events that the links of a stream lead to, in the order of the links. */
export async function* linkedEvents(
  store: EventStore,
  stream: StreamId,
  range: Pick<ReadOptions, 'from' | 'to'>,
  query: LinkedQuery,
): AsyncIterable<FoldInput> {
  let links: RecordedEvent[] = [];
  for await (const link of store.read(stream, range)) {
    if (!query.types.has((link.data as Link).type)) continue;
    links.push(link);
    if (links.length < LINKS_AT_ONCE) continue;
    yield* resolved(store, links, query);
    links = [];
  }
  if (links.length > 0) yield* resolved(store, links, query);
}

async function* resolved(
  store: EventStore,
  links: readonly RecordedEvent[],
  { until, gone }: LinkedQuery,
): AsyncIterable<FoldInput> {
  let next = 0;
  for await (const event of store.readEach(links.map(placeOf))) {
    // Both are in one order, and no event is linked twice.
    for (; !leadsTo(links[next]!, event); next += 1) if (gone) throw gone();
    if (!until || event.recordedAt.getTime() <= until.getTime()) yield { sequence: links[next]!.sequence, event };
    next += 1;
  }
  if (gone && next < links.length) throw gone();
}

function leadsTo(link: RecordedEvent, { aggregateType, aggregateId, sequence }: RecordedEvent): boolean {
  const place = placeOf(link);
  return place.sequence === sequence && place.aggregateId === aggregateId && place.aggregateType === aggregateType;
}

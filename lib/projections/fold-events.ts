import type { EventStore } from '../event-store/event-store.js';
import type { StreamId } from '../event-store/stream-id.js';
import type { EventSerializer } from '../events/event-serializer.js';
import { UndecodableEventError } from '../events/undecodable-event.error.js';
import type { EventRangeJob } from '../queue/job.js';
import type { TenantId } from '../tenancy/tenant-id.js';
import type { FoldDefinition } from './fold-definition.js';
import type { FoldInput } from './fold-input.js';
import { HistoryGoneError } from './history-gone.error.js';
import type { Link } from './links/link.event.js';
import { linkedEvents } from './links/linked-events.js';

/** Which events are gone over, of which streams: what a fold says of it, or anybody else who follows streams. */
export type FoldedEvents = Pick<FoldDefinition, 'component' | 'aggregateType' | 'types' | 'sources'>;

/** The stream that one row is the fold of. */
export interface FoldedStream {
  readonly tenantId: TenantId;
  /** Also the id of the row. */
  readonly id: string;
}

/** Which part of a stream is meant; both ends inclusive. */
export interface FoldRange {
  /** @default 1 */
  readonly from?: number;
  /** @default the head */
  readonly to?: number;
  /** Only what was recorded at or before this time. */
  readonly until?: Date;
  /** Of a fold with keys: refuses links to events that retention has removed. @default leaves those out */
  readonly whole?: boolean;
}

/** The events that a fold lists, in the order in which it folds them, from the log or from jobs. */
export class FoldEvents {
  constructor(
    private readonly store: EventStore,
    private readonly serializer: EventSerializer,
  ) {}

  /** From the log, without those that an operator skipped: they may be skipped because they cannot be read at all. */
  async *read(
    fold: FoldedEvents,
    { tenantId, id: aggregateId }: FoldedStream,
    { from = 1, to = Number.POSITIVE_INFINITY, until, whole }: FoldRange,
    skipped: ReadonlySet<number>,
  ): AsyncIterable<FoldInput> {
    const { aggregateType, types, sources } = fold;
    const stream = { tenantId, aggregateType, aggregateId };
    for (const range of rangesWithout(skipped, from, to)) {
      const bounds = { from: range.from, to: Number.isFinite(range.to) ? range.to : undefined };
      if (sources) {
        yield* linkedEvents(this.store, stream, bounds, {
          types,
          until,
          gone: whole ? goneFrom(fold, stream) : undefined,
        });
      } else {
        for await (const event of this.store.read(stream, { ...bounds, until, types: [...types] })) {
          yield { sequence: event.sequence, event };
        }
      }
    }
  }

  /**
   * Whether an event that `read` did not give was removed by retention: there is nothing in its place, or a link to an
   * event of these types which is not there any more.
   */
  async isGone(
    { aggregateType, sources, types }: FoldedEvents,
    { tenantId, id: aggregateId }: FoldedStream,
    sequence: number,
  ): Promise<boolean> {
    const place = { from: sequence, to: sequence };
    try {
      for await (const { data } of this.store.read({ tenantId, aggregateType, aggregateId }, place)) {
        return sources !== undefined && types.has((data as Link).type);
      }
    } catch (error) {
      if (!(error instanceof UndecodableEventError)) throw error;
      return false;
    }
    return true;
  }

  /** What a job brings along from `from` on. */
  *carried(fold: FoldedEvents, job: EventRangeJob, from: number, skipped: ReadonlySet<number>): Iterable<FoldInput> {
    for (const [index, event] of (job.events ?? []).entries()) {
      const sequence = carriedSequence(fold, job, index);
      if (sequence >= from && !skipped.has(sequence)) yield { sequence, event: this.serializer.deserialize(event) };
    }
  }
}

function goneFrom({ component }: FoldedEvents, { tenantId, aggregateId: id }: StreamId): () => Error {
  return () => new HistoryGoneError(component, { tenantId, id });
}

/** Where the events of a job stand in the stream that is folded. */
export function carriedSequences(fold: FoldedEvents, job: EventRangeJob): readonly number[] {
  return (job.events ?? []).map((_, index) => carriedSequence(fold, job, index));
}

/** A job for a fold with keys brings the event of each of its links along, or none. */
function carriedSequence({ sources }: FoldedEvents, { from, events }: EventRangeJob, index: number): number {
  return sources ? from + index : events![index]!.sequence;
}

/** What lies between the skipped sequences. */
function* rangesWithout(
  skipped: ReadonlySet<number>,
  from: number,
  to: number,
): Iterable<{ readonly from: number; readonly to: number }> {
  let begin = from;
  for (const sequence of [...skipped].toSorted((one, other) => one - other)) {
    if (sequence < begin || sequence > to) continue;
    if (begin < sequence) yield { from: begin, to: sequence - 1 };
    begin = sequence + 1;
  }
  if (begin <= to) yield { from: begin, to };
}

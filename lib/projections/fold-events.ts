import type { EventStore } from '../event-store/event-store.js';
import type { EventSerializer } from '../events/event-serializer.js';
import type { RecordedEvent } from '../events/recorded-event.js';
import type { EventRangeJob } from '../queue/job.js';
import type { TenantId } from '../tenancy/tenant-id.js';
import type { FoldDefinition } from './fold-definition.js';

/** The stream that one row is the fold of. */
export interface FoldedStream {
  readonly tenantId: TenantId;
  /** Also the id of the row. */
  readonly id: string;
}

/** One event with its place in the stream that is folded. */
export interface FoldInput {
  readonly sequence: number;
  readonly event: RecordedEvent;
}

/** Which part of a stream is meant; both ends inclusive. */
export interface FoldRange {
  /** @default 1 */
  readonly from?: number;
  /** @default the head */
  readonly to?: number;
  /** Only what was recorded at or before this time. */
  readonly until?: Date;
}

/** The events that a fold lists, in the order in which it folds them, from the log or from jobs. */
export class FoldEvents {
  constructor(
    private readonly store: EventStore,
    private readonly serializer: EventSerializer,
  ) {}

  /** From the log, without those that an operator skipped: they may be skipped because they cannot be read at all. */
  async *read(
    { aggregateType, types }: FoldDefinition,
    { tenantId, id: aggregateId }: FoldedStream,
    { from = 1, to = Number.POSITIVE_INFINITY, until }: FoldRange,
    skipped: ReadonlySet<number>,
  ): AsyncIterable<FoldInput> {
    const stream = { tenantId, aggregateType, aggregateId };
    for (const range of rangesWithout(skipped, from, to)) {
      const options = { from: range.from, to: Number.isFinite(range.to) ? range.to : undefined, until };
      for await (const event of this.store.read(stream, { ...options, types: [...types] })) {
        yield { sequence: event.sequence, event };
      }
    }
  }

  /** What a job brings along from `from` on. */
  *carried({ events }: EventRangeJob, from: number, skipped: ReadonlySet<number>): Iterable<FoldInput> {
    for (const event of events ?? []) {
      const { sequence } = event;
      if (sequence >= from && !skipped.has(sequence)) yield { sequence, event: this.serializer.deserialize(event) };
    }
  }
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

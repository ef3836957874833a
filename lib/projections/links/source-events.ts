import type { EventStore } from '../../event-store/event-store.js';
import type { StreamId } from '../../event-store/stream-id.js';
import { encodeRecorded } from '../../events/encode-recorded.js';
import type { EventSerializer } from '../../events/event-serializer.js';
import type { RecordedEvent } from '../../events/recorded-event.js';
import type { StoredEvent } from '../../events/stored-event.js';
import type { EventRangeJob } from '../../queue/job.js';

/** An event that is to be routed. */
export interface SourceEvent {
  readonly event: RecordedEvent;
  /** In the form that jobs carry. */
  readonly stored: () => StoredEvent;
}

/** The listed events of one aggregate, in order: those that jobs bring along, and from the log what they lack. */
export class SourceEvents {
  constructor(
    private readonly store: EventStore,
    private readonly serializer: EventSerializer,
  ) {}

  /** @param jobs ordered by where they begin */
  async *read(
    source: StreamId,
    types: ReadonlySet<string>,
    jobs: readonly EventRangeJob[],
    { from, to }: { readonly from: number; readonly to: number },
  ): AsyncIterable<SourceEvent> {
    let next = from;
    for (const job of jobs) {
      if (job.to < next || next > to) continue;
      yield* this.fromLog(source, types, next, job.events === null ? job.to : job.from - 1);
      for (const stored of job.events ?? []) {
        if (stored.sequence >= next) yield { event: this.serializer.deserialize(stored), stored: () => stored };
      }
      next = job.to + 1;
    }
    yield* this.fromLog(source, types, next, to);
  }

  private async *fromLog(
    source: StreamId,
    types: ReadonlySet<string>,
    from: number,
    to: number,
  ): AsyncIterable<SourceEvent> {
    if (from > to) return;
    for await (const event of this.store.read(source, { from, to, types: [...types] })) {
      yield { event, stored: () => encodeRecorded(event) };
    }
  }
}

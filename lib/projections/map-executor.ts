import type { EventSerializer } from '../events/event-serializer.js';
import type { RecordedEvent } from '../events/recorded-event.js';
import type { EventStore } from '../event-store/event-store.js';
import type { EventRangeJob } from '../queue/job.js';
import type { LaneBatch } from '../queue/lane-batch.js';
import type { MapDefinition } from './map-definition.js';
import { mapEvent } from './map-event.js';
import type { RecordRow } from './stores/record-row.js';
import type { RecordStore } from './stores/record-store.js';

const DEFAULT_MAX_EVENTS = 500;

export interface MappedBatch {
  /** Jobs of the batch whose records are appended. */
  readonly completed: number;
  /** Why an event of the next job has no record. */
  readonly failure?: { readonly error: unknown };
}

/**
 * Makes the records of a batch of events and appends them together. Records are idempotent by event, so a batch that is
 * delivered again changes nothing, and an event that fails takes none of those beside it with it.
 */
export class MapExecutor {
  constructor(
    private readonly store: EventStore,
    private readonly records: RecordStore,
    private readonly serializer: EventSerializer,
  ) {}

  async execute(map: MapDefinition, batch: LaneBatch<EventRangeJob>): Promise<MappedBatch> {
    const handler = await map.handler.resolve();
    const maxRows = map.options.maxBatchEvents ?? DEFAULT_MAX_EVENTS;
    let rows: RecordRow[] = [];
    let completed = 0;
    let failure: MappedBatch['failure'];
    for (const job of batch.jobs) {
      for await (const event of this.events(map, batch, job)) {
        batch.abort.throwIfAborted();
        try {
          rows.push(mapEvent(map, handler, event));
        } catch (error) {
          failure ??= { error };
        }
        if (rows.length >= maxRows) {
          await this.records.append(rows);
          rows = [];
        }
      }
      if (failure) break;
      completed += 1;
    }
    if (rows.length > 0) await this.records.append(rows);
    return { completed, failure };
  }

  private async *events(
    map: MapDefinition,
    { lane: { tenantId, aggregateType } }: LaneBatch<EventRangeJob>,
    { events, aggregateId, from, to }: EventRangeJob,
  ): AsyncIterable<RecordedEvent> {
    if (events === null) {
      yield* this.store.read({ tenantId, aggregateType, aggregateId }, { from, to, types: [...map.types] });
    } else {
      for (const event of events) yield this.serializer.deserialize(event);
    }
  }
}

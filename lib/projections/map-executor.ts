import type { EventSerializer } from '../events/event-serializer.js';
import type { RecordedEvent } from '../events/recorded-event.js';
import type { EventStore } from '../event-store/event-store.js';
import type { EventRangeJob } from '../queue/job.js';
import type { LaneBatch } from '../queue/lane-batch.js';
import type { MapDefinition } from './map-definition.js';
import type { RecordRow } from './stores/record-row.js';
import type { RecordStore } from './stores/record-store.js';
import { toJsonValue } from './to-json-value.js';

export interface MappedBatch {
  /** Jobs of the batch whose records are appended. */
  readonly completed: number;
  /** Why the next job is not mapped. */
  readonly failure?: { readonly error: unknown };
}

/**
 * Makes the records of a batch of events and appends them in one go. Records are idempotent by event, so a batch that
 * is delivered again changes nothing.
 */
export class MapExecutor {
  constructor(
    private readonly store: EventStore,
    private readonly records: RecordStore,
    private readonly serializer: EventSerializer,
  ) {}

  async execute(map: MapDefinition, batch: LaneBatch<EventRangeJob>): Promise<MappedBatch> {
    const handler = await map.handler.resolve();
    const rows: RecordRow[] = [];
    let completed = 0;
    let failure: MappedBatch['failure'];
    for (const job of batch.jobs) {
      try {
        const ofJob: RecordRow[] = [];
        for await (const event of this.events(map, batch, job)) ofJob.push(toRow(map, event, handler.map(event)));
        rows.push(...ofJob);
        completed += 1;
      } catch (error) {
        failure = { error };
        break;
      }
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

function toRow({ component, name, version }: MapDefinition, event: RecordedEvent, record: unknown): RecordRow {
  return {
    tenantId: event.tenantId,
    projection: name,
    version,
    aggregateId: event.aggregateId,
    sequence: event.sequence,
    eventId: event.id,
    record: toJsonValue(component, event.type, record),
    recordedAt: event.recordedAt.getTime(),
  };
}

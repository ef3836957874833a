import type { EventSerializer } from '../../events/event-serializer.js';
import { type LogPlace, type LogRow, toStoredEvent } from '../../event-store/log-row.js';
import type { MapDefinition } from '../../projections/map-definition.js';
import { mapEvent } from '../../projections/map-event.js';
import type { MapHandler } from '../../projections/map-handler.js';
import type { RecordRow } from '../../projections/stores/record-row.js';
import type { RecordStore } from '../../projections/stores/record-store.js';
import type { GroupQueue } from '../../queue/group-queue.js';
import type { StagedJob } from '../../queue/staged-job.js';
import { TenantContext } from '../../tenancy/tenant-context.js';
import type { EventRouter } from '../event-router.js';
import type { BuiltBatch, ProjectionBuilder } from './projection-builder.js';
import type { StreamSlice } from './stream-slices.js';

/** Records that are saved together. */
const MAX_RECORDS = 1_000;

export interface MapBuilderTools {
  readonly serializer: EventSerializer;
  readonly records: RecordStore;
  readonly queue: GroupQueue;
  readonly router: EventRouter;
}

/** Makes the record of every event. One at which the map fails is left to its lane, which puts it aside. */
export class MapBuilder implements ProjectionBuilder {
  private handler!: MapHandler<object, unknown>;
  private rows: RecordRow[] = [];
  private jobs: StagedJob[] = [];
  private place!: LogPlace;

  constructor(
    private readonly map: MapDefinition,
    private readonly tools: MapBuilderTools,
  ) {}

  get isFull(): boolean {
    return this.rows.length + this.jobs.length >= MAX_RECORDS;
  }

  async begin(place: LogPlace | undefined): Promise<LogPlace | undefined> {
    this.handler = await this.map.handler.resolve();
    if (place) this.place = place;
    return place;
  }

  async take({ rows }: StreamSlice): Promise<boolean> {
    const { tenantId, aggregateType, aggregateId, sequence } = rows.at(-1)!;
    TenantContext.run({ tenantId }, () => {
      for (const row of rows) this.takeOne(row);
    });
    this.place = { tenantId, aggregateType, aggregateId, sequence };
    return true;
  }

  cut(): BuiltBatch {
    const { rows, jobs, place } = this;
    const { records, queue } = this.tools;
    this.rows = [];
    this.jobs = [];
    return {
      place,
      save: async () => {
        if (jobs.length > 0) await queue.stage(jobs);
        if (rows.length > 0) await records.append(rows);
      },
    };
  }

  async end(): Promise<void> {}

  private takeOne(row: LogRow): void {
    const { serializer, router } = this.tools;
    try {
      this.rows.push(mapEvent(this.map, this.handler, serializer.deserialize(toStoredEvent(row))));
    } catch {
      const { tenantId, aggregateId, sequence } = row;
      this.jobs.push(
        router.missingMapJob(this.map, { tenantId, aggregateId, from: sequence, to: sequence, events: null }),
      );
    }
  }
}

import { setTimeout as delay } from 'node:timers/promises';
import type { EventStore } from '../event-store/event-store.js';
import type { StreamHead } from '../event-store/stream-head.js';
import type { PipelineRegistry } from '../pipeline/pipeline-registry.js';
import type { FoldDefinition } from '../projections/fold-definition.js';
import type { MapDefinition } from '../projections/map-definition.js';
import type { ProjectionStore } from '../projections/stores/projection-store.js';
import type { RecordStore } from '../projections/stores/record-store.js';
import type { GroupQueue } from '../queue/group-queue.js';
import type { StagedJob } from '../queue/staged-job.js';
import { behind, type Progress } from './behind.js';
import type { EventRange, EventRouter } from './event-router.js';

/** Jobs staged in one call. */
const STAGE_BATCH_JOBS = 500;
/** While more jobs than these wait, no further ones are staged. */
const MAX_WAITING_JOBS = 10_000;
const POLL_MS = 10;

/**
 * Compares every projection with the log and stages what it lacks, so that an event appended by a process that died
 * right after reaches every projection all the same.
 *
 * A fold lacks what lies past its row. A map has one row an event, also for those mapped to nothing, so a smaller
 * number of rows than of events says that some are missing; all of the aggregate are then mapped again, which changes
 * nothing for those that are there. Where retention has removed events their rows are still there, and a number says
 * nothing: what is left of such a stream is always mapped again.
 */
export class Reconciler {
  constructor(
    private readonly pipelines: PipelineRegistry,
    private readonly store: EventStore,
    private readonly projections: ProjectionStore,
    private readonly records: RecordStore,
    private readonly queue: GroupQueue,
    private readonly router: EventRouter,
  ) {}

  /** Returns how many streams were staged, over all projections. */
  async reconcile(): Promise<number> {
    let staged = 0;
    for (const { folds, maps } of this.pipelines.pipelines) {
      for (const fold of folds) staged += await this.stage(this.lackOfFold(fold));
      for (const map of maps) staged += await this.stage(this.lackOfMap(map));
    }
    return staged;
  }

  private async *lackOfFold(fold: FoldDefinition): AsyncIterable<StagedJob> {
    const progress = toProgress(this.projections.sequences(fold.name, fold.version), ({ tenantId, id, sequence }) => ({
      tenantId,
      id,
      value: sequence,
    }));
    for await (const { head, value } of behind(this.heads(fold), progress, ({ sequence }) => sequence)) {
      yield this.router.foldJob(fold, toRange(head, value + 1));
    }
  }

  private async *lackOfMap(map: MapDefinition): AsyncIterable<StagedJob> {
    const progress = toProgress(this.records.counts(map.name, map.version), ({ tenantId, aggregateId, count }) => ({
      tenantId,
      id: aggregateId,
      value: count,
    }));
    for await (const { head } of behind(this.heads(map), progress, rowsWanted)) {
      yield this.router.mapJob(map, toRange(head, 1));
    }
  }

  private heads({ aggregateType, types }: FoldDefinition | MapDefinition): AsyncIterable<StreamHead> {
    return this.store.heads({ aggregateType, types: [...types] });
  }

  private async stage(jobs: AsyncIterable<StagedJob>): Promise<number> {
    let batch: StagedJob[] = [];
    let count = 0;
    const flush = async (): Promise<void> => {
      await this.waitForRoom();
      await this.queue.stage(batch);
      count += batch.length;
      batch = [];
    };
    for await (const job of jobs) {
      batch.push(job);
      if (batch.length >= STAGE_BATCH_JOBS) await flush();
    }
    if (batch.length > 0) await flush();
    return count;
  }

  private async waitForRoom(): Promise<void> {
    for (;;) {
      const { jobs, parkedJobs } = await this.queue.depth();
      if (jobs - parkedJobs < MAX_WAITING_JOBS) return;
      await delay(POLL_MS);
    }
  }
}

function rowsWanted({ count, emptiedHead }: StreamHead): number {
  return emptiedHead === undefined ? count : Number.POSITIVE_INFINITY;
}

async function* toProgress<T>(rows: AsyncIterable<T>, map: (row: T) => Progress): AsyncIterable<Progress> {
  for await (const row of rows) yield map(row);
}

function toRange({ tenantId, aggregateId, sequence }: StreamHead, from: number): EventRange {
  return { tenantId, aggregateId, from, to: sequence, events: null };
}

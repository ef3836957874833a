import type { EventSerializer } from '../events/event-serializer.js';
import type { RecordedEvent } from '../events/recorded-event.js';
import type { EventStore } from '../event-store/event-store.js';
import type { EventRangeJob } from '../queue/job.js';
import type { LaneBatch } from '../queue/lane-batch.js';
import type { FoldDefinition } from './fold-definition.js';
import { FoldProgress } from './fold-progress.js';
import type { ProjectionKey, ProjectionRow } from './stores/projection-row.js';
import type { ProjectionStore } from './stores/projection-store.js';

export interface FoldedBatch {
  /** Jobs of the batch that are covered now. */
  readonly completed: number;
  /** The listed events of the completed jobs that were folded for the first time, or may not have been reacted to. */
  readonly covered: readonly RecordedEvent[];
  /** Why the next job is not covered. */
  readonly failure?: { readonly error: unknown };
}

interface Pass {
  readonly progress: FoldProgress;
  readonly completed: number;
  readonly covered: readonly RecordedEvent[];
  readonly failure?: { readonly error: unknown; readonly sequence: number };
}

/**
 * Brings one row of a fold forward.
 *
 * A row at sequence n is exactly the fold of the events 1 to n, so it does not matter which row a worker starts from,
 * nor which jobs it was given: what the row covers is dropped, exactly the next event is applied, and a gap is filled
 * from the log.
 */
export class FoldExecutor {
  constructor(
    private readonly store: EventStore,
    private readonly projections: ProjectionStore,
    private readonly serializer: EventSerializer,
  ) {}

  async execute(fold: FoldDefinition, batch: LaneBatch<EventRangeJob>): Promise<FoldedBatch> {
    const { tenantId, id } = batch.lane;
    const key: ProjectionKey = { tenantId, projection: fold.name, version: fold.version, id };
    const [row = null] = await this.projections.load([key]);
    let pass = await this.fold(fold, row, batch, Number.POSITIVE_INFINITY);
    const { completed, covered, failure } = pass;
    // The failed call may have changed its input halfway: keep what came before it by folding up to there anew.
    if (failure) pass = await this.fold(fold, row, batch, failure.sequence - 1);
    const { sequence, updatedAt } = pass.progress;
    if (sequence > (row?.sequence ?? 0)) {
      await this.projections.save([{ ...key, sequence, updatedAt, state: pass.progress.toState() }]);
    }
    return { completed, covered, failure };
  }

  private async fold(
    fold: FoldDefinition,
    row: ProjectionRow | null,
    batch: LaneBatch<EventRangeJob>,
    upTo: number,
  ): Promise<Pass> {
    const progress = new FoldProgress(fold, await fold.handler.resolve(), row);
    const covered: RecordedEvent[] = [];
    for (const [completed, job] of batch.jobs.entries()) {
      // A job that is delivered again may have been saved before its reactors were staged.
      const repeatFrom = batch.attempt > 1 ? job.from : Number.POSITIVE_INFINITY;
      const from = Math.min(progress.sequence + 1, repeatFrom);
      const ofJob: RecordedEvent[] = [];
      let at = from;
      try {
        for await (const event of this.events(fold, batch, job, from)) {
          at = event.sequence;
          if (at > upTo) return { progress, completed, covered };
          if (at > progress.sequence) progress.apply(event);
          ofJob.push(event);
        }
      } catch (error) {
        return { progress, completed, covered, failure: { error, sequence: at } };
      }
      progress.cover(Math.min(job.to, upTo));
      covered.push(...ofJob);
    }
    return { progress, completed: batch.jobs.length, covered };
  }

  /** The listed events from `from` to the end of a job, in order; from the log where the job lacks any. */
  private async *events(
    fold: FoldDefinition,
    { lane }: LaneBatch<EventRangeJob>,
    job: EventRangeJob,
    from: number,
  ): AsyncIterable<RecordedEvent> {
    const missingTo = job.events === null ? job.to : job.from - 1;
    if (from <= missingTo) {
      const stream = { tenantId: lane.tenantId, aggregateType: lane.aggregateType, aggregateId: job.aggregateId };
      yield* this.store.read(stream, { from, to: missingTo, types: [...fold.types] });
    }
    for (const event of job.events ?? []) {
      if (event.sequence >= from) yield this.serializer.deserialize(event);
    }
  }
}

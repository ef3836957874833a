import type { EventSerializer } from '../events/event-serializer.js';
import type { RecordedEvent } from '../events/recorded-event.js';
import type { EventStore } from '../event-store/event-store.js';
import type { EventRangeJob } from '../queue/job.js';
import type { LaneBatch } from '../queue/lane-batch.js';
import type { FoldDefinition } from './fold-definition.js';
import { FoldRun } from './fold-run.js';
import type { ProjectionKey } from './stores/projection-row.js';
import type { ProjectionStore } from './stores/projection-store.js';

/** Which of the events that a fold covers are wanted, for its reactors. */
export type Wanted = (event: RecordedEvent) => boolean;

export interface FoldedBatch {
  /** Jobs of the batch that are covered now. */
  readonly completed: number;
  /** The wanted events of the completed jobs that were folded for the first time, or may not have been reacted to. */
  readonly covered: readonly RecordedEvent[];
  /** Why the next job is not covered. */
  readonly failure?: { readonly error: unknown };
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

  /** @param wanted absent when nobody reacts */
  async execute(fold: FoldDefinition, batch: LaneBatch<EventRangeJob>, wanted?: Wanted): Promise<FoldedBatch> {
    const { tenantId, id } = batch.lane;
    const key: ProjectionKey = { tenantId, projection: fold.name, version: fold.version, id };
    const [row = null] = await this.projections.load([key]);
    const run = new FoldRun(fold, await fold.handler.resolve(), key, row, this.projections);
    const covered: RecordedEvent[] = [];
    let completed = 0;
    let failure: FoldedBatch['failure'];
    for (const job of batch.jobs) {
      try {
        covered.push(...(await this.fold(fold, run, batch, job, wanted)));
        completed += 1;
      } catch (error) {
        failure = { error };
        break;
      }
    }
    await run.save();
    return { completed, covered, failure };
  }

  /** Returns the wanted events of the job. */
  private async fold(
    fold: FoldDefinition,
    run: FoldRun,
    batch: LaneBatch<EventRangeJob>,
    job: EventRangeJob,
    wanted: Wanted | undefined,
  ): Promise<readonly RecordedEvent[]> {
    // A job that is delivered again may have been saved before its reactors were staged.
    const reactAgain = batch.redelivered && wanted;
    const from = Math.min(run.sequence + 1, reactAgain ? job.from : Number.POSITIVE_INFINITY);
    const ofJob: RecordedEvent[] = [];
    for await (const event of this.events(fold, batch, job, from)) {
      batch.signal.throwIfAborted();
      if (event.sequence > run.sequence) await run.apply(event);
      if (wanted?.(event)) ofJob.push(event);
    }
    run.cover(job.to);
    return ofJob;
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

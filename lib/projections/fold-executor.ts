import { OutageError } from '../errors/outage.error.js';
import type { RecordedEvent } from '../events/recorded-event.js';
import type { EventRangeJob } from '../queue/job.js';
import type { LaneBatch } from '../queue/lane-batch.js';
import type { FoldCache } from './fold-cache.js';
import { FoldCaller } from './fold-caller.js';
import type { FoldDefinition } from './fold-definition.js';
import type { FoldEvents } from './fold-events.js';
import type { FoldInput } from './fold-input.js';
import { FoldRun } from './fold-run.js';
import { readSkips, skipsKey } from './fold-skips.js';
import { type FoldState, NO_STATE, toFoldState } from './fold-state.js';
import { PureFoldCaller } from './pure-fold-caller.js';
import type { ProjectionKey } from './stores/projection-row.js';
import type { ProjectionStore } from './stores/projection-store.js';

/** Which of the events that a fold covers are wanted, for its reactors. */
export type Wanted = (event: RecordedEvent) => boolean;

export interface FoldedBatch {
  /** Jobs of the batch that are covered now. */
  readonly completed: number;
  /** The wanted events of the completed jobs that were folded for the first time, or may not have been reacted to. */
  readonly covered: readonly FoldInput[];
  /** Why the next job is not covered. */
  readonly failure?: { readonly error: unknown };
}

export interface FoldExecutorTools {
  readonly events: FoldEvents;
  readonly projections: ProjectionStore;
  readonly cache: FoldCache;
  /** Whether each handler is called twice, to see that it is pure. */
  readonly checkPurity: boolean;
}

/** Where a run begins. */
interface Beginning {
  readonly state: FoldState;
  /** Sequences that an operator skipped. */
  readonly skipped: ReadonlySet<number>;
  /** Whether events that are covered may not have been reacted to. */
  readonly reactsAgain: boolean;
}

const NONE: ReadonlySet<number> = new Set();

/**
 * Brings one row of a fold forward.
 *
 * A row at sequence n is exactly the fold of the events 1 to n, so it does not matter which row a worker starts from,
 * nor which jobs it was given: what the row covers is dropped, exactly the next event is applied, and a gap is filled
 * from the log.
 *
 * New events that begin a stream, or follow what this process saved last, need no look at the store; those that follow
 * the stored row need none at the skips of operators, who skip what failed only. Everything else does: a repeat, a gap, a
 * range from the log, and whatever fails. Many lanes run at once, and their loads and saves go out together (`RowLoader`,
 * `RowWriter` of the stores).
 */
export class FoldExecutor {
  constructor(private readonly tools: FoldExecutorTools) {}

  /** @param wanted absent when nobody reacts */
  async execute(fold: FoldDefinition, batch: LaneBatch<EventRangeJob>, wanted?: Wanted): Promise<FoldedBatch> {
    const { projections, cache, checkPurity } = this.tools;
    const { tenantId, id } = batch.lane;
    const key: ProjectionKey = { tenantId, projection: fold.name, version: fold.version, id };
    const handler = await fold.handler.resolve();
    const caller = checkPurity ? new PureFoldCaller(fold, handler, key) : new FoldCaller(fold, handler);
    const run = async (beginning: Beginning): Promise<FoldedBatch> => {
      const one = new FoldRun(fold, caller, key, beginning.state, projections);
      const folded = await this.run(fold, batch, one, beginning, wanted);
      if (folded.failure) cache.delete(key);
      else cache.put(key, one.saved);
      return folded;
    };

    const known = await this.known(key, batch);
    if (known) {
      const folded = await run({ state: known, skipped: NONE, reactsAgain: false });
      if (!folded.failure || folded.failure.error instanceof OutageError) return folded;
    }
    const [row, skips] = await projections.load([key, skipsKey(key)]);
    const skipped = new Set(readSkips(skips).map(({ sequence }) => sequence));
    return run({ state: toFoldState(row), skipped, reactsAgain: batch.redelivered || known !== undefined });
  }

  /** The state that the jobs follow, if they are new, without a gap, and bring all of their events along. */
  private async known(
    key: ProjectionKey,
    { jobs, redelivered }: LaneBatch<EventRangeJob>,
  ): Promise<FoldState | undefined> {
    const before = jobs[0]!.from - 1;
    let reached = before;
    for (const { from, to, events } of jobs) {
      if (redelivered || events === null || from !== reached + 1) return undefined;
      reached = to;
    }
    const remembered = this.tools.cache.get(key) ?? NO_STATE;
    if (remembered.sequence === before) return remembered;
    const [row] = await this.tools.projections.load([key]);
    const stored = toFoldState(row);
    return stored.sequence === before ? stored : undefined;
  }

  private async run(
    fold: FoldDefinition,
    batch: LaneBatch<EventRangeJob>,
    run: FoldRun,
    beginning: Beginning,
    wanted: Wanted | undefined,
  ): Promise<FoldedBatch> {
    const done: { readonly to: number; readonly inputs: readonly FoldInput[] }[] = [];
    let failure: FoldedBatch['failure'];
    for (const job of batch.jobs) {
      try {
        done.push({ to: job.to, inputs: await this.fold(fold, run, batch, job, beginning, wanted) });
      } catch (error) {
        failure = { error };
        break;
      }
    }
    failure = run.check() ?? failure;
    await run.save();
    // What was taken back is not done.
    const takenBack = done.findIndex(({ to }) => to > run.sequence);
    const completed = done.slice(0, takenBack === -1 ? done.length : takenBack);
    return { completed: completed.length, covered: completed.flatMap(({ inputs }) => inputs), failure };
  }

  /** Returns the wanted events of the job. */
  private async fold(
    fold: FoldDefinition,
    run: FoldRun,
    batch: LaneBatch<EventRangeJob>,
    job: EventRangeJob,
    { skipped, reactsAgain }: Beginning,
    wanted: Wanted | undefined,
  ): Promise<readonly FoldInput[]> {
    // A job that is delivered again may have been saved before its reactors were staged.
    const from = Math.min(run.sequence + 1, reactsAgain && wanted ? job.from : Number.POSITIVE_INFINITY);
    const ofJob: FoldInput[] = [];
    for await (const input of this.inputs(fold, batch, job, from, skipped)) {
      batch.signal.throwIfAborted();
      if (input.sequence > run.sequence) await run.apply(input);
      if (wanted?.(input.event)) ofJob.push(input);
    }
    run.cover(job.to);
    return ofJob;
  }

  /** The listed events from `from` to the end of a job, in order; from the log where the job lacks any. */
  private async *inputs(
    fold: FoldDefinition,
    { lane: { tenantId } }: LaneBatch<EventRangeJob>,
    job: EventRangeJob,
    from: number,
    skipped: ReadonlySet<number>,
  ): AsyncIterable<FoldInput> {
    const { events } = this.tools;
    const missingTo = job.events === null ? job.to : job.from - 1;
    yield* events.read(fold, { tenantId, id: job.aggregateId }, { from, to: missingTo }, skipped);
    yield* events.carried(fold, job, from, skipped);
  }
}

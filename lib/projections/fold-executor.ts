import { OutageError } from '../errors/outage.error.js';
import type { RecordedEvent } from '../events/recorded-event.js';
import type { EventRangeJob } from '../queue/job.js';
import type { LaneBatch } from '../queue/lane-batch.js';
import type { FoldCache } from './fold-cache.js';
import { FoldCaller } from './fold-caller.js';
import type { FoldDefinition } from './fold-definition.js';
import type { FoldEvents } from './fold-events.js';
import type { FoldInput } from './fold-input.js';
import { type Gap, gapKey, gapOf, readGap } from './fold-gaps.js';
import { FoldRun } from './fold-run.js';
import { readSkips, skipsKey } from './fold-skips.js';
import { type FoldState, NO_STATE, toFoldState } from './fold-state.js';
import { PureFoldCaller } from './pure-fold-caller.js';
import type { ProjectionKey } from './stores/projection-row.js';
import type { ProjectionStore } from './stores/projection-store.js';

/** Which of the events that a fold covers are wanted, for its reactors. */
export type Wanted = (event: RecordedEvent) => boolean;

/** A wanted event that was covered. */
export interface CoveredInput extends FoldInput {
  /** From here to it there is no other one. */
  readonly from: number;
}

export interface FoldedBatch {
  /** Jobs of the batch that are covered now. */
  readonly completed: number;
  /** The wanted events of the completed jobs that were folded for the first time, or may not have been reacted to. */
  readonly covered: readonly CoveredInput[];
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
  /** Beside those of the jobs. */
  readonly gap?: Gap;
}

/** What a job gave: the wanted events from somewhere to its end. */
interface DonePart {
  readonly from: number;
  readonly inputs: readonly FoldInput[];
}

/** What each of the jobs gave that are covered now. */
type DoneJobs = ReadonlyMap<EventRangeJob, DonePart>;

const NONE: ReadonlySet<number> = new Set();

/**
 * Brings one row of a fold forward.
 *
 * A row at sequence n is exactly the fold of the events 1 to n, so it does not matter which row a worker starts from,
 * nor which jobs it was given: what the row covers is dropped, exactly the next event is applied, and a gap is filled
 * from the log. Those of one batch are taken in the order of the stream: appends of several writers may be staged in
 * another one.
 *
 * New events that begin a stream, or follow what this process saved last, need no look at the store; those that follow
 * the stored row need none at the skips of operators, who skip what failed only. Everything else does: a repeat, a gap, a
 * range from the log, and whatever fails. Many lanes run at once, and their loads and saves go out together (`RowLoader`,
 * `RowWriter` of the stores).
 */
export class FoldExecutor {
  constructor(private readonly tools: FoldExecutorTools) {}

  /** @param wanted absent when nobody reacts */
  async execute(fold: FoldDefinition, given: LaneBatch<EventRangeJob>, wanted?: Wanted): Promise<FoldedBatch> {
    const batch = { ...given, jobs: given.jobs.toSorted((one, other) => one.from - other.from) };
    const { projections, cache, checkPurity } = this.tools;
    const { tenantId, id } = batch.lane;
    const key: ProjectionKey = { tenantId, projection: fold.name, version: fold.version, id };
    const handler = await fold.handler.resolve();
    const caller = checkPurity ? new PureFoldCaller(fold, handler, key) : new FoldCaller(fold, handler);
    const run = async (beginning: Beginning): Promise<FoldedBatch> => {
      const one = new FoldRun(fold, caller, key, beginning.state, projections);
      const { done, failure } = await this.run(fold, batch, one, beginning, wanted);
      if (failure) cache.delete(key);
      else cache.put(key, one.saved);
      return toFoldedBatch(given.jobs, done, failure);
    };

    const known = await this.known(key, batch);
    if (known) {
      const folded = await run({ state: known, skipped: NONE, reactsAgain: false });
      if (!folded.failure || folded.failure.error instanceof OutageError) return folded;
    }
    const reactsAgain = wanted !== undefined && (batch.redelivered || known !== undefined);
    const keys = [key, skipsKey(key), ...(reactsAgain ? [gapKey(key)] : [])];
    const [row, skips, gap] = await projections.load(keys);
    const skipped = new Set(readSkips(skips).map(({ sequence }) => sequence));
    const state = toFoldState(row);
    const standing = readGap(gap);
    if (wanted) await this.noteGap(key, state, batch.jobs, standing);
    return run({ state, skipped, reactsAgain, gap: standing });
  }

  /**
   * Puts on record, before any of them is saved, which events will be folded without jobs of their own.
   *
   * @param standing the same of batches before that were not acknowledged
   */
  private async noteGap(
    key: ProjectionKey,
    state: FoldState,
    jobs: readonly EventRangeJob[],
    standing: Gap | undefined,
  ): Promise<void> {
    const found = gapOf(jobs, state.sequence);
    if (!found) return;
    const gap = { from: Math.min(found.from, standing?.from ?? found.from), to: found.to };
    const { updatedAt } = state;
    await this.tools.projections.save([{ ...gapKey(key), sequence: gap.to, state: { ...gap }, updatedAt }]);
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
  ): Promise<{ readonly done: DoneJobs; readonly failure?: FoldedBatch['failure'] }> {
    const done = new Map<EventRangeJob, DonePart>();
    let failure: FoldedBatch['failure'];
    for (const job of batch.jobs) {
      try {
        done.set(job, await this.fold(fold, run, batch, job, beginning, wanted));
      } catch (error) {
        failure = { error };
        break;
      }
    }
    failure = run.check() ?? failure;
    await run.save();
    // What was taken back is not done.
    for (const job of done.keys()) if (job.to > run.sequence) done.delete(job);
    return { done, failure };
  }

  /** Returns what the job gives. */
  private async fold(
    fold: FoldDefinition,
    run: FoldRun,
    batch: LaneBatch<EventRangeJob>,
    job: EventRangeJob,
    { skipped, reactsAgain, gap }: Beginning,
    wanted: Wanted | undefined,
  ): Promise<DonePart> {
    // A job that is delivered again may have been saved before its reactors were staged.
    const again = reactsAgain ? Math.min(job.from, gap && gap.to >= job.from ? gap.from : job.from) : Infinity;
    const from = Math.min(run.sequence + 1, again);
    const inputs: FoldInput[] = [];
    for await (const input of this.inputs(fold, batch, job, from, skipped)) {
      batch.signal.throwIfAborted();
      if (input.sequence > run.sequence) await run.apply(input);
      if (wanted?.(input.event)) inputs.push(input);
    }
    run.cover(job.to);
    return { from, inputs };
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

/** Counts from the first job in the order in which they came; each event of those is there once, in the order of the stream. */
function toFoldedBatch(jobs: readonly EventRangeJob[], done: DoneJobs, failure: FoldedBatch['failure']): FoldedBatch {
  const behind = jobs.findIndex((job) => !done.has(job));
  const completed = behind === -1 ? jobs.length : behind;
  const parts = jobs.slice(0, completed).map((job) => ({ ...done.get(job)!, to: job.to }));
  return { completed, covered: inOrder(parts), failure };
}

function inOrder(parts: readonly (DonePart & { readonly to: number })[]): readonly CoveredInput[] {
  const covered: CoveredInput[] = [];
  let begin = 0;
  let reached = -1;
  for (const { from, to, inputs } of parts.toSorted((one, other) => one.from - other.from)) {
    // What lies before it, and behind all parts so far, was not looked at.
    if (from > reached + 1) begin = from;
    for (const input of inputs) {
      const last = covered.at(-1)?.sequence ?? 0;
      if (input.sequence > last) covered.push({ ...input, from: Math.max(begin, last + 1) });
    }
    reached = Math.max(reached, to);
  }
  return covered;
}

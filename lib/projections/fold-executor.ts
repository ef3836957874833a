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
import { sequenceBefore } from './sequence-before.js';

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

/** What there is to do, whatever it begins with. */
interface FoldBatch {
  readonly fold: FoldDefinition;
  readonly caller: FoldCaller;
  readonly key: ProjectionKey;
  /** Its jobs in the order of the stream. */
  readonly batch: LaneBatch<EventRangeJob>;
  /** The same in the order in which they came. */
  readonly given: readonly EventRangeJob[];
  readonly wanted: Wanted | undefined;
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
    const { projections, checkPurity } = this.tools;
    const { tenantId, id } = batch.lane;
    const key: ProjectionKey = { tenantId, projection: fold.name, version: fold.version, id };
    const resolved = fold.handler.resolve();
    // Each wait costs, and most have nothing to wait for.
    const handler = resolved instanceof Promise ? await resolved : resolved;
    const caller = checkPurity ? new PureFoldCaller(fold, handler, key) : new FoldCaller(fold, handler, key);
    const work: FoldBatch = { fold, caller, key, batch, given: given.jobs, wanted };

    const before = sequenceBefore(batch);
    const known = before === undefined ? undefined : (this.remembered(key, before) ?? (await this.stored(key, before)));
    if (known) {
      const folded = await this.run(work, { state: known, skipped: NONE, reactsAgain: false });
      if (!folded.failure || folded.failure.error instanceof OutageError) return folded;
    }
    const reactsAgain = wanted !== undefined && (batch.redelivered || known !== undefined);
    const keys = [key, skipsKey(key), ...(reactsAgain ? [gapKey(key)] : [])];
    const [row, skips, gap] = await projections.load(keys);
    const skipped = new Set(readSkips(skips).map(({ sequence }) => sequence));
    const state = toFoldState(row);
    const standing = readGap(gap);
    if (wanted) await this.noteGap(key, state, batch.jobs, standing);
    return this.run(work, { state, skipped, reactsAgain, gap: standing });
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

  private remembered(key: ProjectionKey, sequence: number): FoldState | undefined {
    const state = this.tools.cache.get(key) ?? NO_STATE;
    return state.sequence === sequence ? state : undefined;
  }

  private async stored(key: ProjectionKey, sequence: number): Promise<FoldState | undefined> {
    const [row] = await this.tools.projections.load([key]);
    const state = toFoldState(row);
    return state.sequence === sequence ? state : undefined;
  }

  private async run(work: FoldBatch, beginning: Beginning): Promise<FoldedBatch> {
    const { fold, caller, key, batch, given } = work;
    const run = new FoldRun(fold, caller, key, beginning.state, this.tools.projections);
    const done = new Map<EventRangeJob, DonePart>();
    let failure: FoldedBatch['failure'];
    for (const job of batch.jobs) {
      try {
        const folding = this.fold(work, run, job, beginning);
        done.set(job, folding instanceof Promise ? await folding : folding);
      } catch (error) {
        failure = { error };
        break;
      }
    }
    failure = run.check() ?? failure;
    if (run.isAhead) await run.save();
    // What was taken back is not done.
    for (const job of done.keys()) if (job.to > run.sequence) done.delete(job);
    if (failure) this.tools.cache.delete(key);
    else this.tools.cache.put(key, run.saved);
    return toFoldedBatch(given, done, failure);
  }

  /** Returns what the job gives: at once where it lacks nothing, as most do. */
  private fold(
    { fold, batch, wanted }: FoldBatch,
    run: FoldRun,
    job: EventRangeJob,
    { skipped, reactsAgain, gap }: Beginning,
  ): DonePart | Promise<DonePart> {
    // A job that is delivered again may have been saved before its reactors were staged.
    const again = reactsAgain ? Math.min(job.from, gap && gap.to >= job.from ? gap.from : job.from) : Infinity;
    const from = Math.min(run.sequence + 1, again);
    const inputs: FoldInput[] = [];
    const take = (input: FoldInput): void => {
      batch.abort.throwIfAborted();
      if (input.sequence > run.sequence) run.apply(input);
      if (wanted?.(input.event)) inputs.push(input);
    };
    const { events } = this.tools;
    const missingTo = job.events === null ? job.to : job.from - 1;
    const carried = events.carried(fold, job, from, skipped);
    const end = (): DonePart => {
      run.cover(job.to);
      return { from, inputs };
    };
    if (from > missingTo && run.room > (job.events?.length ?? 0)) {
      for (const input of carried) take(input);
      return end();
    }
    const takeAll = async (some: Iterable<FoldInput> | AsyncIterable<FoldInput>): Promise<void> => {
      for await (const input of some) {
        take(input);
        if (run.room <= 0) await run.saveInBetween();
      }
    };
    const stream = { tenantId: batch.lane.tenantId, id: job.aggregateId };
    const missing = events.read(fold, stream, { from, to: missingTo }, skipped);
    return takeAll(missing)
      .then(() => takeAll(carried))
      .then(end);
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

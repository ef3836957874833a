import { OutageError } from '../../errors/outage.error.js';
import type { EventStore } from '../../event-store/event-store.js';
import type { StreamId } from '../../event-store/stream-id.js';
import type { JsonValue } from '../../events/json-value.js';
import type { EventSerializer } from '../../events/event-serializer.js';
import type { EventRangeJob } from '../../queue/job.js';
import type { LaneBatch } from '../../queue/lane-batch.js';
import type { FoldCache } from '../fold-cache.js';
import { readSkips, skipsKey } from '../fold-skips.js';
import type { ProjectionKey } from '../stores/projection-row.js';
import { sequenceBefore } from '../sequence-before.js';
import type { ProjectionStore } from '../stores/projection-store.js';
import { keysOf } from './keys-of.js';
import { cursorKey, NO_CURSOR, type RouteCursor, toCursor, toRowState } from './route-cursor.js';
import type { RouteDefinition } from './route-definition.js';
import { type LinkAppend, RouteRun } from './route-run.js';
import { type SourceEvent, SourceEvents } from './source-events.js';

export interface RoutedBatch {
  /** Jobs of the batch whose events are linked now. */
  readonly completed: number;
  /** What was appended to the streams of keys, also by jobs that are not completed. */
  readonly appended: readonly LinkAppend[];
  /** Why the next job is not completed. */
  readonly failure?: { readonly error: unknown };
}

export interface RouteExecutorTools {
  readonly store: EventStore;
  readonly serializer: EventSerializer;
  readonly projections: ProjectionStore;
  /** Of cursors; any of them may be out of date, as that of a state may. */
  readonly cache: FoldCache;
  /** Whether each key function is called twice, to see that it is pure. */
  readonly checkPurity: boolean;
}

/** Where a run begins. */
interface Beginning {
  readonly cursor: RouteCursor;
  /** Sequences that an operator skipped. */
  readonly skipped: ReadonlySet<number>;
}

/** An event with the rows that it counts for, or why there are no more. */
interface KeyedSource {
  readonly source?: SourceEvent;
  readonly keys: readonly string[];
  /** Up to where the aggregate is taken with it. */
  readonly to: number;
  readonly failure?: { readonly error: unknown };
}

const BEGINNING: Beginning = { cursor: NO_CURSOR, skipped: new Set() };

/**
 * Links the events of one aggregate to the keys of a fold, in order.
 *
 * Every cursor that was ever saved is a place to begin at, however stale, and so is the beginning of the aggregate. New
 * events that begin an aggregate, or follow what this process routed last, need no look at the store; everything else
 * does: a repeat, a gap, a range from the log, and whatever fails.
 */
export class RouteExecutor {
  private readonly sources: SourceEvents;

  constructor(private readonly tools: RouteExecutorTools) {
    this.sources = new SourceEvents(tools.store, tools.serializer);
  }

  async execute(fold: RouteDefinition, batch: LaneBatch<EventRangeJob>): Promise<RoutedBatch> {
    const { tenantId, aggregateType, id: aggregateId } = batch.lane;
    const source: StreamId = { tenantId, aggregateType, aggregateId };
    const key = cursorKey(fold, source);
    const known = this.known(key, batch);
    const first = known && (await this.run(fold, source, key, batch, known));
    if (first && (!first.failure || first.failure.error instanceof OutageError)) return first;
    const [row, skips] = await this.tools.projections.load([key, skipsKey(key)]);
    const skipped = new Set(readSkips(skips).map(({ sequence }) => sequence));
    const again = await this.run(fold, source, key, batch, { cursor: toCursor(row), skipped });
    return { ...again, appended: [...(first?.appended ?? []), ...again.appended] };
  }

  /** The cursor that the jobs follow, if they are new, without a gap, and bring all of their events along. */
  private known(key: ProjectionKey, batch: LaneBatch<EventRangeJob>): Beginning | undefined {
    const before = sequenceBefore(batch);
    if (before === 0) return BEGINNING;
    const cached = this.tools.cache.get(key);
    if (!cached || cached.sequence !== before) return undefined;
    return { ...BEGINNING, cursor: toCursor({ ...key, ...cached, state: JSON.parse(cached.json) as JsonValue }) };
  }

  private async run(
    fold: RouteDefinition,
    source: StreamId,
    key: ProjectionKey,
    batch: LaneBatch<EventRangeJob>,
    { cursor, skipped }: Beginning,
  ): Promise<RoutedBatch> {
    const { store, projections, cache } = this.tools;
    const run = new RouteRun(fold, source, key, cursor, store, projections);
    let failure: RoutedBatch['failure'];
    try {
      await this.route(fold, source, batch, run, skipped);
    } catch (error) {
      failure = { error };
    }
    if (failure) cache.delete(key);
    else cache.put(key, { ...run.cursor, json: JSON.stringify(toRowState(run.cursor)) });
    const behind = batch.jobs.findIndex(({ to }) => to > run.cursor.sequence);
    return { completed: behind === -1 ? batch.jobs.length : behind, appended: run.appended, failure };
  }

  private async route(
    fold: RouteDefinition,
    source: StreamId,
    { jobs: given, abort }: LaneBatch<EventRangeJob>,
    run: RouteRun,
    skipped: ReadonlySet<number>,
  ): Promise<void> {
    const jobs = given.toSorted((one, other) => one.from - other.from);
    const to = Math.max(...jobs.map((job) => job.to));
    const from = run.cursor.sequence + 1;
    for await (const next of this.keyed(fold, source, jobs, { from, to }, skipped)) {
      abort.throwIfAborted();
      if (next.source) run.add(next.source, next.keys);
      if (next.source && !run.isFull) continue;
      await run.flush(next.to);
      if (next.failure) throw next.failure.error;
    }
    await run.flush(to);
  }

  /** The events with their keys, up to the first that fails; what lies before that one is taken all the same. */
  private async *keyed(
    fold: RouteDefinition,
    source: StreamId,
    jobs: readonly EventRangeJob[],
    range: { readonly from: number; readonly to: number },
    skipped: ReadonlySet<number>,
  ): AsyncGenerator<KeyedSource> {
    let to = range.from - 1;
    try {
      for await (const one of this.sources.read(source, fold.types, jobs, range)) {
        const { sequence } = one.event;
        to = sequence - 1;
        const keys = skipped.has(sequence) ? [] : keysOf(fold, one.event, this.tools.checkPurity);
        to = sequence;
        yield { source: one, keys, to };
      }
    } catch (error) {
      yield { keys: [], to, failure: { error } };
    }
  }
}

import type { EventSerializer } from '../events/event-serializer.js';
import type { RecordedEvent } from '../events/recorded-event.js';
import type { FoldDefinition } from '../projections/fold-definition.js';
import type { FoldEvents } from '../projections/fold-events.js';
import type { FoldInput } from '../projections/fold-input.js';
import { readSkips, skipsKey } from '../projections/fold-skips.js';
import type { ProjectionStore } from '../projections/stores/projection-store.js';
import { inTime } from '../queue/in-time.js';
import type { ReactorJob } from '../queue/job.js';
import type { LaneBatch, LaneOutcome } from '../queue/lane-batch.js';
import type { TenantId } from '../tenancy/tenant-id.js';
import { EventGoneError } from './event-gone.error.js';
import { isWanted } from './is-wanted.js';
import { DEFAULT_REACTOR_TIMEOUT_MS } from './reactor.decorator.js';
import { type ReactorCalls, rowKey } from './reactor-calls.js';
import { cursorKey } from './reactor-cursor.js';
import type { ReactorDefinition } from './reactor-definition.js';

/** After this time a batch goes no further, so that what it did is put on record. */
const MAX_BATCH_MS = 1_000;
/** How long a call that was aborted may take to end. */
const ABORT_GRACE_MS = 5_000;

const NONE: ReadonlySet<number> = new Set();

/** A job of a durable reactor. */
export type ReactionJob = ReactorJob & Required<Pick<ReactorJob, 'from'>>;

export interface DurableReactorTools {
  readonly events: FoldEvents;
  readonly projections: ProjectionStore;
  readonly serializer: EventSerializer;
  readonly calls: ReactorCalls;
  /**
   * Since when a reactor reacts; milliseconds since the epoch.
   *
   * @param readsLog whether events come from the log, into which a tenant may have been imported meanwhile
   */
  readonly bornAt: (reactor: ReactorDefinition, tenantId: TenantId, readsLog: boolean) => Promise<number>;
}

/** What a batch needs to know, and how far it came. */
interface Progress {
  readonly bornAt: number;
  readonly skipped: ReadonlySet<number>;
  /** Up to where everything is reacted to that is to be. */
  cursor: number;
  /** When the last event up to there was recorded; milliseconds since the epoch. */
  updatedAt: number;
  reactions: number;
}

/**
 * Reacts to the stream of one row, in order, up to what its jobs speak of.
 *
 *     cursor (on record) ──what jobs lack: from the log──▶ what jobs bring along ──▶ cursor, on record, then acknowledged
 *
 * Jobs only say how far to go, so it does not matter which of them were lost: what the cursor covers is dropped, and what
 * it lacks is read. An effect may be repeated that took place after the cursor was saved last, and none is passed over.
 */
export class DurableReactorExecutor {
  constructor(private readonly tools: DurableReactorTools) {}

  async execute(reactor: ReactorDefinition, batch: LaneBatch<ReactionJob>): Promise<LaneOutcome> {
    const { lane, jobs } = batch;
    const { projections } = this.tools;
    const { id } = lane;
    const key = cursorKey(reactor, lane);
    const [row, standing] = await projections.load([rowKey(reactor, lane, id), key]);
    const begun = standing?.sequence ?? 0;
    const readsLog = batch.redelivered || lacksAny(jobs, begun);
    const progress: Progress = {
      bornAt: await this.tools.bornAt(reactor, lane.tenantId, readsLog),
      skipped: readsLog ? await this.skipped(reactor, batch) : NONE,
      cursor: begun,
      updatedAt: standing?.updatedAt ?? 0,
      reactions: 0,
    };
    const endAt = performance.now() + MAX_BATCH_MS;
    let completed = 0;
    let failure: LaneOutcome['failure'];
    for (const job of jobs) {
      try {
        if (
          job.sequence > progress.cursor &&
          !(await this.react(reactor, batch, job, { lane, id, row }, progress, endAt))
        ) {
          break;
        }
      } catch (error) {
        failure = { error };
        break;
      }
      completed += 1;
    }
    const { cursor: sequence, updatedAt } = progress;
    if (sequence > begun) await projections.save([{ ...key, sequence, state: {}, updatedAt }]);
    return { completed, followUps: [], advanced: sequence > begun, failure };
  }

  /** Goes on to the end of a job; false when the time for it is over. */
  private async react(
    reactor: ReactorDefinition,
    batch: LaneBatch<ReactionJob>,
    job: ReactionJob,
    at: Parameters<ReactorCalls['call']>[1],
    progress: Progress,
    endAt: number,
  ): Promise<boolean> {
    const begun = progress.cursor;
    const fold: FoldDefinition = { ...reactor.fold, aggregateType: batch.lane.aggregateType, types: reactor.types };
    let last = 0;
    for await (const input of this.inputs(fold, batch, job, progress)) {
      batch.abort.throwIfAborted();
      if (progress.cursor > begun && performance.now() > endAt) return false;
      // Everything before it is behind us, also if it fails.
      progress.cursor = input.sequence - 1;
      if (this.isDue(reactor, input.event, progress)) await this.call(reactor, batch, at, input, progress);
      progress.cursor = input.sequence;
      progress.updatedAt = input.event.recordedAt.getTime();
      last = input.sequence;
    }
    const { aggregateType, tenantId } = batch.lane;
    const stream = { tenantId, id: job.aggregateId };
    const lacksLast = last < job.sequence && !progress.skipped.has(job.sequence);
    if (lacksLast && (await this.tools.events.isGone(fold, stream, job.sequence))) {
      throw new EventGoneError({ tenantId, aggregateType, aggregateId: job.aggregateId }, job.sequence);
    }
    progress.cursor = job.sequence;
    return true;
  }

  private isDue(reactor: ReactorDefinition, event: RecordedEvent, { bornAt }: Progress): boolean {
    return event.recordedAt.getTime() >= bornAt && isWanted(reactor, event);
  }

  private async call(
    reactor: ReactorDefinition,
    { attempt, abort }: LaneBatch<ReactionJob>,
    at: Parameters<ReactorCalls['call']>[1],
    input: FoldInput,
    progress: Progress,
  ): Promise<void> {
    const bounds = {
      timeoutMs: reactor.options.timeoutMs ?? DEFAULT_REACTOR_TIMEOUT_MS,
      graceMs: ABORT_GRACE_MS,
      abort,
    };
    // What was tried before is the first reaction of a batch.
    const nth = progress.reactions === 0 ? attempt : 1;
    progress.reactions += 1;
    await inTime(reactor.handler.name, bounds, (aborting) =>
      this.tools.calls.call(reactor, at, input, { attempt: nth, abort: aborting }),
    );
  }

  /** What the reactor lists between the cursor and the end of a job. */
  private async *inputs(
    fold: FoldDefinition,
    { lane: { tenantId } }: LaneBatch<ReactionJob>,
    { aggregateId: id, sequence, event, from: known }: ReactionJob,
    { cursor, skipped }: Progress,
  ): AsyncIterable<FoldInput> {
    const { events, serializer } = this.tools;
    const from = cursor + 1;
    const to = event === null ? sequence : known - 1;
    if (from <= to) yield* events.read(fold, { tenantId, id }, { from, to }, skipped);
    if (event && !skipped.has(sequence)) yield { sequence, event: serializer.deserialize(event) };
  }

  /** What operators skipped, of this reactor or of its fold, which never saw it. */
  private async skipped(reactor: ReactorDefinition, { lane }: LaneBatch<ReactionJob>): Promise<ReadonlySet<number>> {
    const keys = [cursorKey(reactor, lane), rowKey(reactor, lane, lane.id)];
    const rows = await this.tools.projections.load(keys.map(skipsKey));
    return new Set(rows.flatMap(readSkips).map(({ sequence }) => sequence));
  }
}

/** Whether the jobs do not bring along all that the cursor lacks. */
function lacksAny(jobs: readonly ReactionJob[], cursor: number): boolean {
  let reached = cursor;
  for (const { from, sequence, event } of jobs) {
    if (sequence <= reached) continue;
    if (event === null || from > reached + 1) return true;
    reached = sequence;
  }
  return false;
}

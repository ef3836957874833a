import { OutageError } from '../errors/outage.error.js';
import type { EventStore } from '../event-store/event-store.js';
import { UndecodableEventError } from '../events/undecodable-event.error.js';
import type { FoldEvents, FoldedEvents } from '../projections/fold-events.js';
import type { FoldInput } from '../projections/fold-input.js';
import { readSkips, skipsKey } from '../projections/fold-skips.js';
import type { EventRangeJob } from '../queue/job.js';
import type { LaneBatch, LaneOutcome } from '../queue/lane-batch.js';
import type { StagedJob } from '../queue/staged-job.js';
import type { TenantId } from '../tenancy/tenant-id.js';
import { EventPutAsideError } from './event-put-aside.error.js';
import { asideKey, listPutAside, type PutAsideEvent, putAsideKey, readPutAside } from './put-aside-rows.js';
import { callSubscription } from './subscription-calls.js';
import type { SubscriptionDefinition } from './subscription-definition.js';
import { subscriptionJob } from './subscription-jobs.js';
import {
  DEFAULT_SUBSCRIPTION_ATTEMPTS,
  isRepeatable,
  SubscriptionRun,
  type SubscriptionRunTools,
} from './subscription-run.js';
import { cursorKey } from './subscription-streams.js';

export interface SubscriptionExecutorTools extends SubscriptionRunTools {
  readonly store: EventStore;
  readonly events: FoldEvents;
  /**
   * Since when a subscription is told what is recorded; milliseconds since the epoch.
   *
   * @param readsLog whether events come from the log, into which a tenant may have been imported meanwhile
   */
  readonly beginsAt: (subscription: SubscriptionDefinition, tenantId: TenantId, readsLog: boolean) => Promise<number>;
}

/** What a batch goes by. */
interface Work {
  readonly subscription: SubscriptionDefinition;
  readonly batch: LaneBatch<EventRangeJob>;
  readonly run: SubscriptionRun;
  /** Of the stream that it goes along. */
  readonly source: FoldedEvents;
  readonly beginsAt: number;
  readonly skipped: ReadonlySet<number>;
  /** The events behind the cursor that stood aside when it began, of those that a job is for alone. */
  readonly aside: ReadonlyMap<number, PutAsideEvent>;
  /** The last event that was put aside until it began, whatever became of it; 0 without any. */
  readonly lastAside: number;
}

/**
 * Tells a subscription one stream, up to what its jobs speak of.
 *
 * Jobs only say how far to go, and bring events along: what the cursor covers is dropped, and what it lacks is read from
 * the log. So it does not matter which jobs were lost, nor which come twice. A job for nothing but an event that was put
 * aside is another attempt at it, or puts it among the dead letters.
 */
export class SubscriptionExecutor {
  constructor(private readonly tools: SubscriptionExecutorTools) {}

  async execute(subscription: SubscriptionDefinition, batch: LaneBatch<EventRangeJob>): Promise<LaneOutcome> {
    const work = await this.begin(subscription, batch);
    const { run } = work;
    const begun = run.cursor;
    // One that was put aside stands for itself, whatever the cursor covers.
    let left: EventRangeJob | undefined;
    // Jobs that were gone through. Those behind are not done, whatever the cursor covers.
    let seen = 0;
    let error: unknown;
    try {
      for (const job of batch.jobs) {
        if (isPutAside(job, work)) {
          await run.flush();
          left = job;
          await this.tellAside(work, work.aside.get(job.from)!);
          left = undefined;
        } else if (!(await this.tellUpTo(work, job))) {
          break;
        }
        seen += 1;
      }
    } catch (thrown) {
      error = thrown;
    }
    try {
      await run.flush();
    } catch (thrown) {
      // What it failed at is in front of whatever failed before.
      [error, left] = [thrown, undefined];
    }
    const behind = batch.jobs.findIndex(({ to }) => to > run.cursor);
    const completed = behind === -1 ? seen : Math.min(behind, seen);
    const advanced = run.cursor > begun;
    if (error === undefined) return { completed, followUps: [], advanced };
    const park = left === undefined && mustPark(error, work, advanced);
    return { completed, followUps: [], advanced, failure: { error, park } };
  }

  private async begin(subscription: SubscriptionDefinition, batch: LaneBatch<EventRangeJob>): Promise<Work> {
    const { lane, jobs } = batch;
    const key = cursorKey(subscription, lane);
    const alone = jobs.filter(isOfOne).map(({ from }) => from);
    const [row, skips, mark, ...put] = await this.tools.projections.load([
      ...[key, skipsKey(key), asideKey(key)],
      ...alone.map((sequence) => putAsideKey(key, sequence)),
    ]);
    const readsLog = batch.redelivered || jobs.some(({ events }) => events === null);
    const beginsAt = await this.tools.beginsAt(subscription, lane.tenantId, readsLog);
    const { types, route } = subscription;
    const source: FoldedEvents = {
      component: subscription.name,
      aggregateType: lane.aggregateType,
      types,
      ...(route && { sources: subscription.sources }),
    };
    const isNew = !row && beginsAt > 0 && readsLog && !route;
    const sequence = isNew ? await this.lastBefore(source, lane, beginsAt) : (row?.sequence ?? 0);
    const lastAside = mark?.sequence ?? 0;
    // One in front of the cursor is told on the way.
    const aside = alone.flatMap((one, index) => (one <= sequence && readPutAside(one, put[index])) || []);
    return {
      ...{ subscription, batch, source, beginsAt, lastAside },
      aside: new Map(aside.map((one) => [one.sequence, one])),
      skipped: new Set(readSkips(skips).map((one) => one.sequence)),
      run: new SubscriptionRun(
        subscription,
        batch,
        { key, sequence, lastAside, updatedAt: row?.updatedAt ?? 0 },
        this.tools,
      ),
    };
  }

  /** The last event of a stream from before a subscription began: of a long history nothing more is looked at. */
  private async lastBefore(
    { types, aggregateType }: FoldedEvents,
    { tenantId, id: aggregateId }: LaneBatch['lane'],
    beginsAt: number,
  ): Promise<number> {
    const stream = { tenantId, aggregateType, aggregateId };
    try {
      for await (const event of this.tools.store.read(stream, { direction: 'backwards', types: [...types] })) {
        if (event.recordedAt.getTime() < beginsAt) return event.sequence;
      }
    } catch (error) {
      // It may be one that an operator skips: whoever comes from the beginning passes it.
      if (!(error instanceof UndecodableEventError)) throw error;
    }
    return 0;
  }

  /** Goes on to the end of a job; false when the time for it is over. */
  private async tellUpTo(work: Work, job: EventRangeJob): Promise<boolean> {
    const { run, batch } = work;
    await this.remind(work, job);
    if (job.to <= run.reached) return true;
    for await (const input of this.inputs(work, job)) {
      batch.abort.throwIfAborted();
      run.take(input, isDue(work, input));
      if (!run.isFull) continue;
      await run.flush();
      if (run.isOver) return false;
    }
    run.cover(job.to);
    return true;
  }

  /** What the subscription lists between what was looked at and the end of a job. */
  private async *inputs({ run, source, batch: { lane }, skipped }: Work, job: EventRangeJob): AsyncIterable<FoldInput> {
    const { events } = this.tools;
    const from = run.reached + 1;
    const to = job.events === null ? job.to : job.from - 1;
    if (from <= to) yield* events.read(source, { tenantId: lane.tenantId, id: job.aggregateId }, { from, to }, skipped);
    yield* events.carried(source, job, Math.max(from, job.from), skipped);
  }

  /** A job that came to speak of more than one event, or speaks of all, may stand for those that were put aside. */
  private async remind(
    { subscription, lastAside, run, batch: { lane } }: Work,
    { from, to, events }: EventRangeJob,
  ): Promise<void> {
    const until = Math.min(to, run.reached);
    if (events !== null || from > Math.min(until, lastAside)) return;
    const jobs: StagedJob[] = [];
    for await (const sequence of listPutAside(this.tools.projections, cursorKey(subscription, lane), from, until)) {
      jobs.push(subscriptionJob(subscription.name, lane, { from: sequence, to: sequence, events: null }));
    }
    if (jobs.length > 0) await this.tools.stage(jobs);
  }

  /** Another attempt at an event that was put aside. @throws EventPutAsideError, OutageError */
  private async tellAside({ subscription, batch, source, skipped }: Work, put: PutAsideEvent): Promise<void> {
    const { putAside } = this.tools;
    const { lane } = batch;
    const key = cursorKey(subscription, lane);
    const { sequence } = put;
    if (!put.told) {
      await putAside.tell(key, put);
      throw new EventPutAsideError(subscription.name, sequence, put.error);
    }
    const place = { from: sequence, to: sequence };
    for await (const input of this.tools.events.read(
      source,
      { tenantId: lane.tenantId, id: lane.id },
      place,
      skipped,
    )) {
      try {
        await callSubscription(subscription, batch, [input], batch.attempt);
      } catch (cause) {
        if (cause instanceof OutageError || batch.abort.reason !== undefined) throw cause;
        // Given up meanwhile: a dead letter of it would be one too many.
        const [row] = await this.tools.projections.load([putAsideKey(key, sequence)]);
        if (!readPutAside(sequence, row)) return;
        const reason = cause instanceof Error ? cause.message : String(cause);
        throw new EventPutAsideError(subscription.name, sequence, reason, { cause });
      }
    }
    await putAside.finish(key, sequence);
  }
}

/** As jobs are for events that were put aside. */
function isOfOne({ from, to, events }: EventRangeJob): boolean {
  return events === null && from === to;
}

/** Whether a job is for nothing but an event that was put aside. */
function isPutAside(job: EventRangeJob, { run, aside }: Pick<Work, 'run' | 'aside'>): boolean {
  return isOfOne(job) && job.to <= run.reached && aside.has(job.from);
}

function isDue({ subscription, beginsAt }: Work, { event }: FoldInput): boolean {
  return event.recordedAt.getTime() >= beginsAt && subscription.isMeant(event);
}

/** Whether a failure stands in the way of the whole stream: its cursor cannot pass what was not read, or not told. */
function mustPark(error: unknown, { subscription, batch }: Work, advanced: boolean): boolean {
  if (error instanceof OutageError || batch.abort.reason !== undefined) return false;
  const { maxAttempts = DEFAULT_SUBSCRIPTION_ATTEMPTS } = subscription.options;
  return !isRepeatable(error) || (!advanced && batch.attempt >= maxAttempts);
}

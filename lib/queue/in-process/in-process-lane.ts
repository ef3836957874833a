import { isDeepStrictEqual } from 'node:util';
import type { Job } from '../job.js';
import { type Lane, waitsForTime } from '../lane.js';
import type { StagedJob } from '../staged-job.js';
import type { LaneTries } from '../next-step.js';
import type { JobFailure } from '../queue-control.js';
import { mergeRanges } from './merge-ranges.js';

/**
 * From this many entries on, a range of events that follows one of the same aggregate is merged with it and is read
 * from the log in its turn, so that a lane that stands still holds a bounded number of payloads.
 */
const MAX_INLINE_ENTRIES = 1_000;

/** Failed attempts of the head that are remembered. */
const KEPT_FAILURES = 5;

/** A job in its lane. */
interface Entry {
  job: Job;
  /** The time before which it must not run. */
  notBefore: number;
  /** How long that was to wait for when it was set: a clock that is set back makes nobody wait longer. */
  waitMs: number;
  /** Whether it was handed to a handler before. */
  delivered: boolean;
  /** Whether it was staged with a time of its own. */
  readonly timed: boolean;
  /** Set of a job that a twin may take the place of while it waits. */
  twin?: Twin;
}

interface Twin {
  readonly timing: 'debounce' | 'throttle';
  readonly source: string;
  readonly rank: number;
  /** The time at which a debounced job runs at the latest. */
  readonly deadline: number;
  /** How long a throttled job keeps others off once it is handed out. */
  readonly everyMs: number;
}

/** What became of a job: `merged` with the range before it, or `dropped`, itself or its twin. */
export type Added = 'added' | 'merged' | 'dropped';

/** The head of a lane on its way to a handler. */
export interface TakenJobs {
  readonly jobs: readonly Job[];
  readonly redelivered: boolean;
  /** For how long throttled jobs among them keep their twins off. */
  readonly quietMs: number;
}

/** See the state machine of `InProcessQueue`. */
export type LaneStatus = 'idle' | 'ready' | 'held' | 'waiting' | 'running' | 'parked';

/** The jobs of one lane, in order; those of a running batch stay at the head until they are acknowledged. */
export class InProcessLane {
  status: LaneStatus = 'idle';
  readonly tries: LaneTries = { failures: 0, outages: 0 };
  /** The last failed attempts of the job at the head. */
  readonly failures: JobFailure[] = [];
  /** Milliseconds since the epoch; of a lane that is ready or held. */
  readyAt = 0;
  /** When the first of its failures or outages was; milliseconds since the epoch. */
  failingSince: number | undefined;
  /** Milliseconds since the epoch; of a parked lane. */
  parkedAt = 0;
  /** Milliseconds since the epoch; of a lane that waits after a failure. */
  nextAttemptAt: number | undefined;
  /** Bound of the next batch while a failing job is looked for. */
  batchLimit = Number.POSITIVE_INFINITY;
  /** Calls off the timer of a waiting lane. */
  cancelWait: () => void = () => {};
  /** Settled when the running batch has ended; never rejects. */
  run?: Promise<void>;
  /** How many jobs have left it. */
  left = 0;
  private readonly entries: Entry[] = [];
  private inFlight = 0;
  /** Those of the running batch that were never handed out before. */
  private handedOutFirst: readonly Entry[] = [];

  constructor(
    readonly key: string,
    readonly lane: Lane,
  ) {}

  get size(): number {
    return this.entries.length;
  }

  /** How long it takes until the head may run; 0 or less when it may. */
  dueIn(now: number): number {
    const [head] = this.entries;
    return head ? Math.min(head.notBefore - now, head.waitMs) : 0;
  }

  /** Adds a job. See `JobTiming`. @param windowEnd of the lane, see `LaneWindows` */
  add({ job, delayMs, debounce, throttle, dedupe }: StagedJob, now: number, windowEnd: number): Added {
    if (delayMs !== undefined) {
      if (this.isTwinDelayed(job)) return 'merged';
      this.entries.push({ job, notBefore: now + delayMs, waitMs: delayMs, delivered: false, timed: true });
      return 'added';
    }
    if (debounce) {
      const { source, rank, maxWaitMs } = debounce;
      const twin: Twin = { timing: 'debounce', source, rank, deadline: now + maxWaitMs, everyMs: 0 };
      return this.addTwin(job, twin, now, ({ deadline }) => Math.min(now + debounce.delayMs, deadline));
    }
    if (throttle) {
      const { source, rank, everyMs } = throttle;
      return this.addTwin(job, { timing: 'throttle', source, rank, deadline: 0, everyMs }, now, () => windowEnd);
    }
    if (dedupe && (windowEnd > now || this.hasUndelivered())) return 'dropped';
    if (this.mergeIntoLast(job)) return 'merged';
    this.entries.push({ job, notBefore: 0, waitMs: 0, delivered: false, timed: false });
    return 'added';
  }

  /** The head's time has come, whatever a clock says. */
  comeDue(): void {
    const [head] = this.entries;
    if (head) head.notBefore = 0;
  }

  /** Lets jobs that wait for quiet have it, and returns whether the head is one of them. */
  hurry(): boolean {
    // Twins of wake-ups and of delayed commands wait for their time.
    if (waitsForTime(this.lane)) return false;
    for (const entry of this.entries) if (entry.twin) entry.notBefore = 0;
    return this.entries[0]?.notBefore === 0;
  }

  /** The jobs of the next batch: from the head, and all of them due. */
  take(maxJobs: number, now: number): TakenJobs {
    const limit = Math.min(maxJobs, this.batchLimit, this.entries.length);
    let count = 1;
    while (count < limit && this.entries[count]!.notBefore <= now) count += 1;
    this.inFlight = count;
    const batch = this.entries.slice(0, count);
    const redelivered = batch.some(({ delivered }) => delivered);
    this.handedOutFirst = batch.filter(({ delivered }) => !delivered);
    for (const entry of batch) entry.delivered = true;
    const quietMs = Math.max(...batch.map(({ twin }) => twin?.everyMs ?? 0));
    return { jobs: batch.map(({ job }) => job), redelivered, quietMs };
  }

  /** The first jobs, in order. */
  peek(limit: number): readonly Job[] {
    return this.entries.slice(0, limit).map(({ job }) => job);
  }

  failed(failure: JobFailure): void {
    this.failingSince ??= failure.at;
    this.failures.push(failure);
    if (this.failures.length > KEPT_FAILURES) this.failures.shift();
  }

  /** Ends the running batch, removes the first `count` jobs and returns how many that were. */
  acknowledge(count: number): number {
    this.inFlight = 0;
    if (count > 0) this.forgetTries();
    return this.remove(0, count);
  }

  /** Ends the running batch as if it had never been taken. */
  handBack(): void {
    this.inFlight = 0;
    for (const entry of this.handedOutFirst) entry.delivered = false;
  }

  /** Removes the jobs that are not in a running batch, and returns how many there were. */
  removeWaiting(): number {
    return this.remove(this.inFlight, this.entries.length);
  }

  forgetTries(): void {
    this.tries.failures = 0;
    this.tries.outages = 0;
    this.failures.length = 0;
    this.failingSince = undefined;
  }

  private remove(from: number, count: number): number {
    const removed = this.entries.splice(from, count).length;
    this.left += removed;
    return removed;
  }

  private addTwin(job: Job, twin: Twin, now: number, dueOf: (twin: Twin) => number): Added {
    const last = this.lastWaiting();
    // What a lane is parked behind is for operators.
    const isForOperators = this.status === 'parked' && last?.delivered;
    if (!last?.twin || last.twin.timing !== twin.timing || isForOperators) {
      const notBefore = dueOf(twin);
      this.entries.push({ job, notBefore, waitMs: notBefore - now, delivered: false, timed: true, twin });
      return 'added';
    }
    const before = last.twin;
    last.twin = { ...twin, deadline: last.delivered ? twin.deadline : before.deadline };
    if (twin.source === before.source && twin.rank < before.rank) {
      last.twin = { ...last.twin, rank: before.rank, everyMs: before.everyMs };
    } else {
      last.job = job;
      last.delivered = false;
      // Another job has no part in what the one before it failed at.
      if (last === this.entries[0]) this.forgetTries();
    }
    last.notBefore = dueOf(last.twin);
    last.waitMs = last.notBefore - now;
    return 'dropped';
  }

  private hasUndelivered(): boolean {
    return this.entries.length > 0 && !this.entries.at(-1)!.delivered;
  }

  private lastWaiting(): Entry | undefined {
    return this.entries.length > this.inFlight ? this.entries.at(-1) : undefined;
  }

  /** Whether a delayed job waits last that reads all of this one from the log. */
  private isTwinDelayed(job: Job): boolean {
    const last = this.entries.at(-1);
    if (!last?.timed || last.twin || last.delivered) return false;
    const merged = mergeRanges(last.job, job);
    return merged !== undefined && isDeepStrictEqual(merged, last.job);
  }

  /** What was handed out stays as it is. */
  private mergeIntoLast(job: Job): boolean {
    const last = this.entries.at(-1);
    if (!last || last.delivered || last.timed) return false;
    const merged = mergeRanges(last.job, job, this.entries.length >= MAX_INLINE_ENTRIES);
    if (merged) last.job = merged;
    return merged !== undefined;
  }
}

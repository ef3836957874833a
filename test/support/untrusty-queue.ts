import type { Clock } from '../../lib/clock/clock.js';
import { OutageError } from '../../lib/errors/outage.error.js';
import { BatchAbort } from '../../lib/queue/batch-abort.js';
import type { Job } from '../../lib/queue/job.js';
import { type Lane, laneKey } from '../../lib/queue/lane.js';
import type { LaneBatch, LaneOutcome } from '../../lib/queue/lane-batch.js';
import type { StagedJob } from '../../lib/queue/staged-job.js';

const MAX_BATCH_JOBS = 3;

interface Entry {
  job: Job;
  dueAt: number;
  delivered: boolean;
  readonly isTwin: boolean;
}

interface QueuedLane {
  readonly lane: Lane;
  readonly entries: Entry[];
  running: boolean;
}

/** A batch, and how its worker says what came of it; nothing when he is dead. */
export interface TakenLane {
  readonly batch: LaneBatch;
  readonly end: (outcome: LaneOutcome | Error | undefined) => void;
}

/** Lanes that keep their order, and may lose everything. What fails for another reason than an outage is remembered. */
export class UntrustyQueue {
  readonly failures: unknown[] = [];
  private lanes = new Map<string, QueuedLane>();
  private readonly answers = new Map<string, string>();

  constructor(private readonly clock: Pick<Clock, 'now'>) {}

  get size(): number {
    return [...this.lanes.values()].reduce((sum, { entries }) => sum + entries.length, 0);
  }

  /** When the next job is due; undefined when there is none. */
  get nextAt(): number | undefined {
    const heads = [...this.lanes.values()].map(({ entries }) => entries[0]!.dueAt);
    return heads.length === 0 ? undefined : Math.min(...heads);
  }

  stage(jobs: readonly StagedJob[]): void {
    const now = this.clock.now();
    for (const { lane, job, delayMs = 0, debounce, dedupe } of jobs) {
      const key = laneKey(lane);
      const queued = this.lanes.get(key) ?? { lane, entries: [], running: false };
      this.lanes.set(key, queued);
      const last = queued.entries.at(-1);
      const waits = last !== undefined && !last.delivered;
      if (dedupe && waits) continue;
      const dueAt = now + (debounce?.delayMs ?? delayMs);
      if (debounce && waits && last.isTwin) Object.assign(last, { job, dueAt });
      else queued.entries.push({ job, dueAt, delivered: false, isTwin: debounce !== undefined });
    }
  }

  /** The nth of the lanes whose head is due. */
  take(nth: number): TakenLane | undefined {
    const now = this.clock.now();
    const due = [...this.lanes.values()].filter(({ entries, running }) => !running && entries[0]!.dueAt <= now);
    if (due.length === 0) return undefined;
    const queued = due[nth % due.length]!;
    const entries = queued.entries.slice(0, MAX_BATCH_JOBS).filter(({ dueAt }) => dueAt <= now);
    const redelivered = entries.some(({ delivered }) => delivered);
    for (const entry of entries) entry.delivered = true;
    queued.running = true;
    const { lane } = queued;
    const lanes = this.lanes;
    const jobs = entries.map(({ job }) => job);
    const batch: LaneBatch = { lane, jobs, attempt: 1, redelivered, abort: new BatchAbort() };
    return {
      batch,
      end: (outcome) => {
        queued.running = false;
        // What was lost meanwhile has nobody to hear of it.
        if (lanes === this.lanes) this.end(queued, outcome);
      },
    };
  }

  lose(): void {
    this.lanes = new Map();
    this.answers.clear();
  }

  /** Answers are not kept for ever; those that a process has not heard of yet are younger. */
  expireAnswers(): void {
    if (![...this.lanes.values()].some(({ lane }) => lane.kind === 'outbox')) this.answers.clear();
  }

  async answer(_tenantId: string, id: string): Promise<string | undefined> {
    return this.answers.get(id);
  }

  private end(queued: QueuedLane, outcome: LaneOutcome | Error | undefined): void {
    if (outcome === undefined) return;
    if (outcome instanceof Error) return this.failed(outcome);
    const { completed, followUps, answers = [], staged, failure } = outcome;
    if (failure) this.failed(failure.error);
    queued.entries.splice(0, completed);
    if (queued.entries.length === 0) this.lanes.delete(laneKey(queued.lane));
    for (const { id, value } of answers) this.answers.set(id, value);
    this.stage(followUps);
    staged?.('');
  }

  private failed(error: unknown): void {
    if (!(error instanceof OutageError)) this.failures.push(error);
  }
}

import { deepStrictEqual, ok, strictEqual } from 'node:assert';
import { PermanentError } from '../../../errors/permanent.error.js';
import type { LaneBatch, LaneOutcome } from '../../../queue/lane-batch.js';
import type { LanePolicy } from '../../../queue/lane-policy.js';
import { sequenceOf } from './group-queue-cases.js';

/** What a handler does with a batch: how many it completes, and how it ends. */
export interface Decision {
  readonly completed: number;
  readonly ending: 'fine' | 'fails' | 'fails for good' | 'throws' | 'holds';
}

/** One lane as it should be: which jobs it holds, and what it has been through. Jobs are numbered from 1. */
export class LaneModel {
  /** Jobs that are neither acknowledged nor put aside. */
  waiting: number[] = [];
  readonly done: number[] = [];
  readonly aside: number[] = [];
  parked = false;
  private staged = 0;
  private failures = 0;
  private delivered = 0;
  /** As it was before the batch that runs. */
  private deliveredBefore = 0;
  private limit = Number.POSITIVE_INFINITY;
  private running = false;

  constructor(private readonly policy: LanePolicy) {}

  stage(jobs: number): number[] {
    const sequences = Array.from({ length: jobs }, () => (this.staged += 1));
    this.waiting.push(...sequences);
    return sequences;
  }

  /** Compares a batch with what should be at the head. */
  begin({ jobs, attempt, redelivered }: LaneBatch): void {
    ok(!this.running, 'two batches of one lane at a time');
    ok(!this.parked, 'a parked lane runs');
    this.running = true;
    deepStrictEqual(jobs.map(sequenceOf), this.waiting.slice(0, jobs.length));
    ok(jobs.length <= Math.min(this.policy.maxBatchJobs, this.limit), 'a batch of too many jobs');
    strictEqual(attempt, this.failures + 1);
    strictEqual(redelivered, this.delivered > 0);
    this.deliveredBefore = this.delivered;
    this.delivered = Math.max(this.delivered, jobs.length);
  }

  /** Ends the batch as decided, and says so as a handler does. */
  end({ jobs }: LaneBatch, decision: Decision): LaneOutcome {
    this.running = false;
    if (decision.ending === 'holds') {
      this.delivered = this.deliveredBefore;
      return { completed: 0, followUps: [], heldForMs: 1 };
    }
    this.limit = Number.POSITIVE_INFINITY;
    if (decision.ending === 'throws') {
      if (jobs.length > 1) this.limit = Math.ceil(jobs.length / 2);
      else this.fail(false);
      throw new Error('one of them');
    }
    const completed = Math.min(decision.completed, jobs.length);
    this.done.push(...this.waiting.splice(0, completed));
    this.delivered -= completed;
    if (completed > 0) this.failures = 0;
    const fails = decision.ending !== 'fine' && completed < jobs.length;
    if (!fails) return { completed, followUps: [] };
    const forGood = decision.ending === 'fails for good';
    this.fail(forGood);
    return { completed, followUps: [], failure: { error: forGood ? new PermanentError('no') : new Error('not yet') } };
  }

  private fail(forGood: boolean): void {
    this.failures += 1;
    if (!forGood && this.failures < this.policy.maxAttempts) return;
    if (this.policy.whenExhausted === 'park') {
      this.parked = true;
    } else {
      this.aside.push(...this.waiting.splice(0, 1));
      this.delivered -= 1;
      this.failures = 0;
    }
  }
}

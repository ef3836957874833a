import { expect } from 'vitest';
import type { JobTiming } from '../../lib/queue/timing.js';

interface ModelJob {
  readonly id: number;
  readonly timing: JobTiming;
  readonly due: number;
  readonly deadline: number;
  handedOut: boolean;
}

/** The jobs of one lane as `JobTiming` has them. Jobs are numbered from 1, in the order of staging. */
export class TimedLaneModel {
  jobs: readonly ModelJob[] = [];
  readonly gone: number[] = [];
  private handedOutFirst: readonly ModelJob[] = [];
  parked = false;
  private staged = 0;
  private running = 0;
  private windowEnd = 0;
  /** By number of a dropped job: the one that stood for it. */
  private readonly standIns = new Map<number, number | undefined>();

  get dropped(): number {
    return this.standIns.size;
  }

  get nextId(): number {
    return this.staged + 1;
  }

  stage(given: JobTiming, now: number): void {
    const job = { id: (this.staged += 1), timing: given, handedOut: false };
    const { delayMs, debounce, throttle, dedupe } = given;
    const last = this.jobs.length > this.running ? this.jobs.at(-1)! : undefined;
    if (dedupe) {
      const isKeptOff = this.windowEnd > now;
      const waiting = this.jobs.at(-1);
      if (isKeptOff || (waiting && !waiting.handedOut)) return this.drop(job.id, isKeptOff ? undefined : waiting);
      if (dedupe.forMs > 0) this.windowEnd = now + dedupe.forMs;
    }
    const twin = this.twinOf(given, last);
    let deadline = 0;
    let due = delayMs === undefined ? 0 : now + delayMs;
    if (debounce) {
      deadline = twin && !twin.handedOut ? twin.deadline : now + debounce.maxWaitMs;
      due = Math.min(now + debounce.delayMs, deadline);
    } else if (throttle) {
      due = Math.max(now, this.windowEnd);
    }
    if (!twin) {
      this.jobs = [...this.jobs, { ...job, due, deadline }];
    } else if (counts(given, twin.timing)) {
      this.replaceLast({ ...job, due, deadline });
      this.drop(twin.id, this.jobs.at(-1));
    } else {
      this.replaceLast({ ...twin, due, deadline });
      this.drop(job.id, twin);
    }
  }

  /** The numbers of the jobs of a batch that begins now. */
  begin(limit: number, now: number): readonly number[] {
    expect(this.running, 'two batches at a time').toBe(0);
    const late = this.jobs.findIndex(({ due }) => due > now);
    const batch = this.jobs.slice(0, Math.min(limit, late < 0 ? this.jobs.length : late));
    this.running = batch.length;
    this.handedOutFirst = batch.filter(({ handedOut }) => !handedOut);
    for (const job of batch) job.handedOut = true;
    const everyMs = Math.max(0, ...batch.map((job) => job.timing.throttle?.everyMs ?? 0));
    if (everyMs > 0) this.windowEnd = now + everyMs;
    return batch.map(({ id }) => id);
  }

  /** Ends the batch: so many jobs from the head are gone. */
  end(jobs: number): void {
    this.gone.push(...this.jobs.slice(0, jobs).map(({ id }) => id));
    this.jobs = this.jobs.slice(jobs);
    this.running = 0;
  }

  /** Ends the batch as if it had not begun; its window stays open. */
  handBack(): void {
    for (const job of this.handedOutFirst) job.handedOut = false;
    this.running = 0;
  }

  /** Passes when every job is gone in order, still there, or was dropped for one of which that is true. */
  expectNoneLost(): void {
    const left = [...this.gone, ...this.jobs.map(({ id }) => id)];
    expect(left).toEqual(left.toSorted((one, other) => one - other));
    expect([...left, ...this.standIns.keys()].toSorted((one, other) => one - other)).toEqual(
      Array.from({ length: this.staged }, (_, index) => index + 1),
    );
    for (const standIn of this.standIns.values()) {
      let last = standIn;
      while (last !== undefined && this.standIns.has(last)) last = this.standIns.get(last);
      if (last !== undefined) expect(left).toContain(last);
    }
  }

  /** A job that waits and has the same timing; what a lane is parked behind is for operators. */
  private twinOf({ debounce, throttle }: JobTiming, last: ModelJob | undefined): ModelJob | undefined {
    if (!last || (this.parked && last.handedOut)) return undefined;
    return (debounce && last.timing.debounce) || (throttle && last.timing.throttle) ? last : undefined;
  }

  private replaceLast(job: ModelJob): void {
    this.jobs = [...this.jobs.slice(0, -1), job];
  }

  private drop(id: number, standIn: ModelJob | undefined): void {
    this.standIns.set(id, standIn?.id);
  }
}

function counts(one: JobTiming, other: JobTiming): boolean {
  const [mine, theirs] = [one.debounce ?? one.throttle!, other.debounce ?? other.throttle!];
  return mine.source !== theirs.source || mine.rank >= theirs.rank;
}

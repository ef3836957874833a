import { expect } from 'vitest';
import type { FoldedBatch } from '../../lib/projections/fold-executor.js';
import type { EventRangeJob } from '../../lib/queue/job.js';
import type { FoldWorld, StoreCall } from './fold-world.js';
import { gate } from './gate.js';

/** What happens to a lane; places are counted round. */
export type LaneStep =
  /** Events are appended, and a job is staged for each that the fold lists, with it or without. */
  | { readonly kind: 'append'; readonly events: readonly object[]; readonly carries: boolean }
  /** A worker takes jobs from the head, and may stand still in the middle: its lease ends, and the jobs stay. */
  | { readonly kind: 'take'; readonly worker: number; readonly jobs: number; readonly standsStillAt?: StoreCall }
  /** A worker that stands still goes on. */
  | { readonly kind: 'goOn'; readonly worker: number }
  | { readonly kind: 'lose' | 'repeat' | 'delay'; readonly place: number }
  | { readonly kind: 'loseAll' | 'compare' };

interface WaitingJob {
  readonly job: EventRangeJob;
  handedOut: boolean;
}

/** A worker that goes on with a batch which is not its own any more. */
interface Zombie {
  goOn(): void;
  readonly run: Promise<FoldedBatch>;
}

/** The lane of one aggregate's fold, over a queue that may lose, repeat and reorder its jobs. */
export class FoldLane {
  private jobs: WaitingJob[] = [];
  private readonly zombies = new Map<number, Zombie>();

  constructor(private readonly world: FoldWorld) {}

  async step(step: LaneStep): Promise<void> {
    switch (step.kind) {
      case 'append':
        return this.append(step.events, step.carries);
      case 'take':
        return this.take(step.worker, step.jobs, step.standsStillAt);
      case 'goOn':
        return this.zombies.get(step.worker)?.goOn();
      case 'loseAll':
        return void (this.jobs = []);
      case 'compare':
        return this.compare();
      default:
        return this.move(step.kind, step.place);
    }
  }

  /** Ends what goes on, and does what is left and what one comparison finds, so that another one finds nothing. */
  async end(): Promise<void> {
    for (const { goOn } of this.zombies.values()) goOn();
    await Promise.all([...this.zombies.values()].map(({ run }) => run));
    // Who came late took nothing back.
    const reached = Math.max(0, ...this.world.history.map(({ sequence }) => sequence));
    expect((await this.world.latest())?.sequence ?? 0).toBe(reached);
    for (let round = 0; round < 2; round += 1) {
      if (this.jobs.length > 0) await this.take(0, this.jobs.length);
      await this.compare();
    }
    expect(this.jobs).toEqual([]);
  }

  private async append(events: readonly object[], carries: boolean): Promise<void> {
    for (const event of events) {
      await this.world.append([event]);
      const sequence = this.world.events.length;
      const isListed = this.world.job(sequence, sequence).events!.length > 0;
      if (isListed) this.jobs.push({ job: this.world.job(sequence, sequence, carries), handedOut: false });
    }
  }

  private async take(worker: number, jobs: number, standsStillAt?: StoreCall): Promise<void> {
    const batch = this.jobs.slice(0, jobs);
    if (batch.length === 0 || this.zombies.has(worker)) return;
    const redelivered = batch.some(({ handedOut }) => handedOut);
    for (const one of batch) one.handedOut = true;
    const taken = batch.map(({ job }) => job);
    if (standsStillAt !== undefined) return this.standStill(worker, standsStillAt, taken, redelivered);
    const { completed, failure } = await this.world.run(taken, redelivered, worker);
    expect({ completed, failure }).toEqual({ completed: batch.length, failure: undefined });
    this.jobs = this.jobs.slice(completed);
  }

  private standStill(worker: number, at: StoreCall, jobs: readonly EventRangeJob[], redelivered: boolean): void {
    const { opened, open } = gate();
    const before = this.world.standStill;
    this.world.standStill = (one, call) => (one === worker && call === at ? opened : before(one, call));
    const run = this.world.run(jobs, redelivered, worker).finally(() => {
      // It may have come to its end without such a call.
      open();
      this.zombies.delete(worker);
    });
    this.zombies.set(worker, { goOn: open, run });
  }

  private async compare(): Promise<void> {
    for (const job of await this.world.lacking()) this.jobs.push({ job, handedOut: false });
  }

  private move(kind: 'lose' | 'repeat' | 'delay', place: number): void {
    if (this.jobs.length === 0) return;
    const index = place % this.jobs.length;
    const found = this.jobs[index]!;
    if (kind !== 'repeat') this.jobs.splice(index, 1);
    if (kind !== 'lose') this.jobs.push({ ...found });
  }
}

import type { Job } from '../job.js';

/** Longer than any process lives; what counts is that the timer is there. */
const KEEP_ALIVE_MS = 2_147_483_647;

/** How much a queue holds. While anything waits that may still run, the process is kept alive. */
export class JobCounts {
  /** Jobs in all, parked ones included. */
  jobs = 0;
  commands = 0;
  parkedJobs = 0;
  parkedLanes = 0;
  deadLetters = 0;
  private keepAlive: NodeJS.Timeout | undefined;

  /** Jobs that are not in parked lanes. */
  get waiting(): number {
    return this.jobs - this.parkedJobs;
  }

  added({ kind }: Job, parked: boolean): void {
    this.jobs += 1;
    if (kind === 'command') this.commands += 1;
    if (parked) this.parkedJobs += 1;
    this.hold();
  }

  removed(jobs: readonly Job[]): void {
    this.jobs -= jobs.length;
    this.commands -= jobs.filter(({ kind }) => kind === 'command').length;
    this.hold();
  }

  parked(jobs: number): void {
    this.parkedLanes += 1;
    this.parkedJobs += jobs;
    this.hold();
  }

  /** Before the jobs of a parked lane are removed. */
  unparked(jobs: number): void {
    this.parkedLanes -= 1;
    this.parkedJobs -= jobs;
  }

  /** Lets the process go, whatever waits. */
  release(): void {
    clearInterval(this.keepAlive);
    this.keepAlive = undefined;
  }

  private hold(): void {
    if (this.waiting === 0) this.release();
    else this.keepAlive ??= setInterval(() => {}, KEEP_ALIVE_MS);
  }
}

import type { Clock } from '../../clock/clock.js';
import { ClosedError } from '../../errors/closed.error.js';
import { checkRecurringJobs } from '../check-recurring-jobs.js';
import type { RecurringJob } from '../recurring-job.js';
import { RecurringJobs } from '../recurring-jobs.js';
import { runRecurringJob } from '../run-recurring-job.js';

/**
 * By timers of this process, for this process alone.
 *
 * A job: waiting ──its interval──▶ running ──settled, aborted──▶ waiting, for what is left of its interval
 */
export class InProcessRecurringJobs extends RecurringJobs {
  private readonly stop = new AbortController();
  private readonly waiting = new Map<RecurringJob, () => void>();
  private readonly running = new Set<Promise<void>>();

  constructor(private readonly clock: Clock) {
    super();
  }

  start(jobs: readonly RecurringJob[]): void {
    checkRecurringJobs(jobs);
    for (const job of jobs) this.schedule(job, job.intervalMs);
  }

  async drain(): Promise<void> {
    this.stop.abort(new ClosedError('The process'));
    for (const callOff of this.waiting.values()) callOff();
    this.waiting.clear();
    await Promise.all(this.running);
  }

  private schedule(job: RecurringJob, delayMs: number): void {
    if (this.stop.signal.aborted) return;
    this.waiting.set(
      job,
      this.clock.schedule(delayMs, () => {
        const run = this.run(job).finally(() => this.running.delete(run));
        this.running.add(run);
      }),
    );
  }

  private async run(job: RecurringJob): Promise<void> {
    const startedAt = this.clock.now();
    await runRecurringJob(job, this.stop.signal, this.clock).catch(() => undefined);
    this.schedule(job, Math.max(0, startedAt + job.intervalMs - this.clock.now()));
  }
}

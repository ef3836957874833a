import { setTimeout as delay } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import type { Queue, Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import type { Clock } from '../../clock/clock.js';
import { describeError } from '../../errors/describe-error.js';
import { checkRecurringJobs } from '../check-recurring-jobs.js';
import type { RecurringJob } from '../recurring-job.js';
import { RecurringJobs } from '../recurring-jobs.js';
import { runRecurringJob } from '../run-recurring-job.js';
import type { RecurringJobsProcessor } from './recurring-jobs.processor.js';

/** The longest time after which each worker process looks whether all schedules stand. */
const MAX_ASSERT_MS = 30_000;
/** How long a stop waits until the run that it aborted has ended and BullMQ knows it. */
const DRAIN_TIMEOUT_MS = 5_000;
/** What operators see of runs that are over. */
const KEPT = { removeOnComplete: { count: 10 }, removeOnFail: { count: 100 } } as const;
/** A schedule that is further away than so many intervals was made by a clock that is wrong. */
const MAX_INTERVALS_AHEAD = 2;

/**
 * By a plain queue of BullMQ: each job has a job scheduler there, and every process with the role for it has a worker. The
 * queue runs one job at a time over all processes, so that a run that takes longer than its interval meets no other.
 *
 * What Redis has lost comes back by itself, since every process asserts all schedules again and again. A job whose process
 * dies is another's once its lock is over and was looked for.
 *
 * Here: idle ──start──▶ asserting, and the worker takes what is due ──drain──▶ draining ──run ended, or too late──▶ closed
 */
export class RedisRecurringJobs extends RecurringJobs {
  private readonly logger = new Logger(RecurringJobs.name);
  private jobs: readonly RecurringJob[] = [];
  private worker: Worker | undefined;
  private complaint: string | undefined;
  private busy = false;
  private ended = (): void => {};
  private cancelAssert = (): void => {};
  private drained: Promise<void> | undefined;

  constructor(
    private readonly queue: Queue,
    private readonly host: RecurringJobsProcessor,
    private readonly client: Redis,
    private readonly clock: Clock,
  ) {
    super();
    queue.on('error', (error) => this.complain(error));
    host.complain = (error) => this.complain(error);
  }

  start(jobs: readonly RecurringJob[]): void {
    checkRecurringJobs(jobs);
    this.jobs = jobs;
    this.host.runs = new Map(
      jobs.map((job) => [job.name, (signal: AbortSignal) => runRecurringJob(job, signal, this.clock)]),
    );
    void this.keepAsserting();
  }

  drain(): Promise<void> {
    this.drained ??= this.finish();
    return this.drained;
  }

  /** Never rejects: while Redis is away, it tries again. */
  private async keepAsserting(): Promise<void> {
    try {
      await this.assertSchedules();
      this.work();
      this.complaint = undefined;
    } catch (error) {
      this.complain(error);
    }
    if (this.drained) return;
    const everyMs = Math.min(MAX_ASSERT_MS, ...this.jobs.map(({ intervalMs }) => intervalMs));
    this.cancelAssert = this.clock.schedule(everyMs, () => void this.keepAsserting());
  }

  private async assertSchedules(): Promise<void> {
    await this.queue.setGlobalConcurrency(1);
    for (const { name, intervalMs } of this.jobs) {
      const upsert = () => this.queue.upsertJobScheduler(name, { every: intervalMs }, { opts: KEPT });
      const next = await upsert();
      if (next.delay <= intervalMs * MAX_INTERVALS_AHEAD) continue;
      await this.queue.removeJobScheduler(name);
      await upsert();
    }
  }

  /** @throws when `@nestjs/bullmq` has made no worker: the application registers its processors by hand, later or never */
  private work(): void {
    if (this.worker) return;
    const { worker } = this.host;
    this.worker = worker;
    worker.on('active', () => (this.busy = true));
    for (const event of ['completed', 'failed'] as const) {
      worker.on(event, () => {
        this.busy = false;
        this.ended();
      });
    }
    worker.on('lockRenewalFailed', (lost) => {
      for (const id of lost) worker.cancelJob(id, 'Another process has taken over.');
    });
    worker.run().catch((error: unknown) => this.complain(error));
  }

  /** BullMQ's own ways to close wait for Redis, without a bound while it is away. */
  private async finish(): Promise<void> {
    this.cancelAssert();
    const { worker } = this;
    if (worker) {
      await worker.pause(true);
      worker.cancelAllJobs('The process stops.');
      if (this.busy) {
        const ended = new Promise<void>((resolve) => (this.ended = resolve));
        await Promise.race([ended, delay(DRAIN_TIMEOUT_MS, undefined, { ref: false })]);
      }
    }
    // Made by `@nestjs/bullmq` even where it was never run.
    await this.made()?.close(true);
    await this.queue.close();
    this.client.disconnect();
  }

  private made(): Worker | undefined {
    try {
      return this.host.worker;
    } catch {
      return undefined;
    }
  }

  /** Once for as long as it goes on: a server that is away is a complaint of every attempt to reach it. */
  private complain(error: unknown): void {
    const complaint = describeError(error);
    if (complaint === this.complaint || this.drained) return;
    this.complaint = complaint;
    this.logger.warn({ message: 'Recurring jobs may wait', error: complaint });
  }
}

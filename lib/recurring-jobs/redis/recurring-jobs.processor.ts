import type { Type } from '@nestjs/common';
import { OnWorkerEvent, Processor, WorkerHost } from '@nestjs/bullmq';
import { type Job, UnrecoverableError, type WorkerOptions } from 'bullmq';
import { RECURRING_JOBS_QUEUE } from './recurring-jobs-queue.js';

/** What BullMQ's worker of this process calls. */
export class RecurringJobsProcessor extends WorkerHost {
  /** What a job of a name does; set before the worker runs. */
  runs: ReadonlyMap<string, (signal: AbortSignal) => Promise<void>> = new Map();
  /** Told of what goes wrong with the worker, also before it runs: what nobody hears, BullMQ writes to stderr. */
  complain: (error: Error) => void = () => undefined;

  @OnWorkerEvent('error')
  onError(error: Error): void {
    this.complain(error);
  }

  /** All three parameters stand here: BullMQ gives a signal to those alone that take it. */
  async process({ name }: Job, _token?: string, signal?: AbortSignal): Promise<void> {
    const run = this.runs.get(name);
    // Of another version: one that knows it has its turn at the next interval.
    if (!run) throw new UnrecoverableError(`This process does not know ${name}.`);
    await run(signal!);
  }
}

/** The processor as a class of its own, since the options of a worker stand in its decorator. */
export function createProcessor(options: Omit<WorkerOptions, 'connection'>): Type<RecurringJobsProcessor> {
  @Processor(RECURRING_JOBS_QUEUE, options)
  class BoundRecurringJobsProcessor extends RecurringJobsProcessor {}
  return BoundRecurringJobsProcessor;
}

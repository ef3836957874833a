import { InvalidArgumentError } from '../../errors/invalid-argument.error.js';
import { integerProblem } from '../../errors/integer-problem.js';
import { InProcessLock } from '../../locks/in-process/in-process-lock.js';
import { InProcessRecurringJobs } from '../../recurring-jobs/in-process/in-process-recurring-jobs.js';
import type { QueueAdapter } from '../queue-adapter.js';
import { InProcessQueue } from './in-process-queue.js';
import type { InProcessQueueOptions } from './in-process-queue-options.js';

const DEFAULTS: Required<InProcessQueueOptions> = {
  concurrency: 64,
  commandConcurrency: 64,
  maxWaitingCommands: 10_000,
  maxWaitingJobs: 100_000,
  maxWaitingJobsPerTenant: 50_000,
  maxDelayedJobsPerTenant: 50_000,
  tenantSharePercent: 75,
  answersKeptMs: 3_600_000,
  answersKeptPerTenant: 25_000,
  drainTimeoutMs: 10_000,
};

const MAX_SHARE_PERCENT = 100;

/**
 * A queue in the memory of this process, for the role `all`.
 *
 * What is in it is gone with the process. Commands are answered only once their events are stored, and at the next
 * start every projection is compared with the log and catches up; reactions that were still waiting are lost.
 *
 * @throws InvalidArgumentError when an option is not an integer in its range
 * @publicApi
 */
export function inProcessQueue(options: InProcessQueueOptions = {}): QueueAdapter {
  const merged = { ...DEFAULTS, ...options };
  for (const [name, value] of Object.entries(merged)) {
    const min = name === 'maxDelayedJobsPerTenant' ? 0 : 1;
    const problem = integerProblem(value, min, name === 'tenantSharePercent' ? MAX_SHARE_PERCENT : undefined);
    if (problem !== null) throw new InvalidArgumentError(`inProcessQueue.${name}`, problem);
  }
  return {
    name: 'in-process',
    shared: false,
    open: async ({ clock }) => new InProcessQueue(merged, clock),
    openRecurringJobs: async ({ clock }) => new InProcessRecurringJobs(clock),
    openLocks: async ({ clock }) => new InProcessLock(clock),
  };
}

import type { QueueAdapter } from '../../lib/queue/queue-adapter.js';
import { RecurringJobs } from '../../lib/recurring-jobs/recurring-jobs.js';
import type { OpenedRecurringJobs } from '../../lib/testing/contract/recurring-jobs.suite.js';
import { recurringJobsApp } from './recurring-jobs-app.js';

/** The recurring jobs of a queue, in an application of their own. */
export async function openRecurringJobs(queue: QueueAdapter): Promise<OpenedRecurringJobs> {
  const app = await recurringJobsApp(queue);
  return { jobs: app.get(RecurringJobs), close: () => app.close() };
}

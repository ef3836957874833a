export type { RecurringJob } from './recurring-job.js';
export { RecurringJobs } from './recurring-jobs.js';
export type { RecurringJobsContext } from './recurring-jobs-context.js';

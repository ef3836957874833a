/**
 * Name of the queue of BullMQ that carries recurring jobs in processes with `redisQueue()`: their `Queue` is found under
 * `getQueueToken(RECURRING_JOBS_QUEUE)` of `@nestjs/bullmq`, in all roles but `web`. It belongs to this package.
 *
 * @publicApi
 */
export const RECURRING_JOBS_QUEUE = 'event-sourcing-jobs';

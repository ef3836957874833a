import { AsyncLocalStorage } from 'node:async_hooks';
import type { GroupQueue } from './group-queue.js';

/**
 * The queue whose batch is being handled, which takes what the batch leads to while it is drained.
 *
 * One for all queues: every promise of the process carries each storage along that was ever used in it.
 */
export const queueAtWork = new AsyncLocalStorage<GroupQueue>();

import { InvalidArgumentError } from '../../errors/invalid-argument.error.js';
import type { QueueAdapter } from '../queue-adapter.js';
import { InProcessQueue } from './in-process-queue.js';
import type { InProcessQueueOptions } from './in-process-queue-options.js';

const DEFAULTS: Required<InProcessQueueOptions> = {
  concurrency: 64,
  maxWaitingCommands: 10_000,
  drainTimeoutMs: 10_000,
};

/**
 * A queue in the memory of this process, for the role `all`.
 *
 * What is in it is gone with the process. Commands are answered only once their events are stored, and at the next
 * start every projection is compared with the log and catches up; reactions that were still waiting are lost.
 *
 * @throws InvalidArgumentError when an option is not an integer of at least 1
 * @publicApi
 */
export function inProcessQueue(options: InProcessQueueOptions = {}): QueueAdapter {
  const merged = { ...DEFAULTS, ...options };
  for (const [name, value] of Object.entries(merged)) {
    if (!Number.isSafeInteger(value) || value < 1)
      throw new InvalidArgumentError(`inProcessQueue.${name}`, 'must be an integer of at least 1');
  }
  return { name: 'in-process', shared: false, open: async ({ clock }) => new InProcessQueue(merged, clock) };
}

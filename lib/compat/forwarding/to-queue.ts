import type { ForwardedEvent } from './forwarded-event.js';
import type { ForwardTarget } from './forward-target.js';

/** A `Queue` of BullMQ, or what has its `add`. @publicApi */
export interface ForwardQueue {
  readonly name: string;
  add(name: string, data: ForwardedEvent, options: { readonly jobId: string }): Promise<unknown>;
}

/**
 * Adds each event as a job, named by its type, whose id is that of the event: BullMQ takes it once for as long as it keeps the job.
 * Jobs stand in the queue in the order of their aggregate; workers keep that order with a concurrency of 1 over all of
 * them.
 *
 * @publicApi
 */
export function toQueue(queue: ForwardQueue): ForwardTarget {
  return {
    name: `the queue ${queue.name}`,
    forward: async (event) => void (await queue.add(event.type, event, { jobId: event.id })),
  };
}

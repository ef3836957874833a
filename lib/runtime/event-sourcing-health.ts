import type { GroupQueue } from '../queue/group-queue.js';
import type { Storage } from '../storage/storage.js';

/**
 * Says whether this process can do its work; for health endpoints. Injectable.
 *
 * @publicApi
 */
export class EventSourcingHealth {
  constructor(
    private readonly storage: Storage,
    private readonly queue: GroupQueue,
  ) {}

  /** Resolves when the storage and the queue answer, rejects with the reason when one does not. */
  async check(): Promise<void> {
    await Promise.all([this.storage.ping(), this.queue.depth()]);
  }
}

import type { Storage } from '../storage/storage.js';

/**
 * Says whether this process can do its work; for health endpoints. Injectable.
 *
 * @publicApi
 */
export class EventSourcingHealth {
  constructor(private readonly storage: Storage) {}

  /** Resolves when the storage answers, rejects with the reason when it does not. */
  async check(): Promise<void> {
    await this.storage.ping();
  }
}

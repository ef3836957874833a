import { ClosedError } from '../errors/closed.error.js';
import type { EventLog } from '../event-store/event-log.js';
import { MemoryEventStore } from '../event-store/memory/memory-event-store.js';
import { MemoryProjectionStore } from '../projections/stores/memory/memory-projection-store.js';
import { MemoryRecordStore } from '../projections/stores/memory/memory-record-store.js';
import type { Storage, StorageAdapter, StorageContext } from './storage.js';

/**
 * Keeps events, projections and records in the memory of the process, for tests and first steps: all of it is gone
 * with the process.
 *
 * @publicApi
 */
export function memory(): StorageAdapter {
  return { name: 'memory', durable: false, open: async (context) => new MemoryStorage(context) };
}

class MemoryStorage implements Storage {
  readonly events: MemoryEventStore;
  readonly log: EventLog;
  readonly projections = new MemoryProjectionStore();
  readonly records = new MemoryRecordStore();
  private closed = false;

  constructor(context: StorageContext) {
    this.events = new MemoryEventStore(context);
    this.log = this.events.log;
  }

  async ping(): Promise<void> {
    if (this.closed) throw new ClosedError('The storage in memory');
  }

  async close(): Promise<void> {
    this.closed = true;
    this.events.close();
    this.projections.close();
    this.records.close();
  }
}

import { memory } from '../storage/memory-storage.js';
import { ContentEventStore, type ContentEventStoreOptions } from './content-event-store.js';

/** In the memory of the process. @publicApi */
export class MemoryEventStore extends ContentEventStore {
  constructor(options: ContentEventStoreOptions = {}) {
    super(memory(), options);
  }
}

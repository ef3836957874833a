import { expect, test } from 'vitest';
import { createFilter, MemoryEventStore } from '../../lib/compat.js';
import { ContentEventStore } from '../../lib/compat/content-event-store.js';
import { StoreUnavailableError } from '../../lib/event-store/store-unavailable.error.js';
import { memory } from '../../lib/storage/memory-storage.js';
import { compatSuite } from './compat.suite.js';

compatSuite('memory', async () => ({
  open: (tenantId) => new MemoryEventStore({ tenantId, pollMs: 50 }),
  stop: async () => {},
}));

test('opening is tried again after it failed', async () => {
  let attempts = 0;
  const store = new ContentEventStore({
    ...memory(),
    open: async (context) => {
      attempts += 1;
      if (attempts === 1) throw new StoreUnavailableError('Not yet');
      return memory().open(context);
    },
  });
  await expect(store.initializeDatabase()).rejects.toThrow(StoreUnavailableError);
  expect(await store.query(createFilter([]))).toEqual({ events: [], maxSequenceNumber: 0 });
  await store.close();
});

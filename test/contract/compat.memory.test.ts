import { expect, test } from 'vitest';
import { createFilter, MemoryEventStore } from '../../lib/compat.js';
import { ContentEventStore } from '../../lib/compat/content-event-store.js';
import { StoreUnavailableError } from '../../lib/event-store/store-unavailable.error.js';
import { memory } from '../../lib/storage/memory-storage.js';
import { gate } from '../support/gate.js';
import { compatSuite } from './compat.suite.js';

compatSuite('memory', async () => ({
  open: (tenantId) => new MemoryEventStore({ tenantId, pollMs: 50 }),
  stop: async () => {},
}));

test('refuses options outside their range', () => {
  for (const [field, values] of [
    ['pollMs', [0, 1.5, Number.NaN, 2 ** 31]],
    ['callTimeoutMs', [-1, 1.5]],
    ['closeTimeoutMs', [-1, 1.5, Number.POSITIVE_INFINITY]],
  ] as const) {
    for (const value of values) {
      expect(() => new MemoryEventStore({ [field]: value })).toThrow(expect.objectContaining({ field }) as Error);
    }
  }
});

test('closing waits for no handler longer than it was told', async () => {
  const store = new MemoryEventStore({ closeTimeoutMs: 0 });
  const { opened, open } = gate();
  const began = gate();
  await store.subscribe(async () => {
    began.open();
    await opened;
  });
  const appending = store.append([{ eventType: 'Taken', payload: {} }]);
  await began.opened;
  await store.close();
  open();
  await appending;
});

test('appending waits for no handler longer than it was told', async () => {
  const store = new MemoryEventStore({ callTimeoutMs: 0, closeTimeoutMs: 0 });
  const began = gate();
  await store.subscribe(() => {
    began.open();
    return new Promise(() => {});
  });
  await store.append([{ eventType: 'Taken', payload: {} }]);
  await began.opened;
  await store.append([{ eventType: 'Taken', payload: {} }]);
  expect((await store.query(createFilter(['Taken']))).events).toHaveLength(2);
  await store.close();
});

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

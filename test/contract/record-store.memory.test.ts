import * as runner from 'vitest';
import { memory } from '../../lib/storage/memory-storage.js';
import { createStorageContext } from '../support/storage-context.js';
import { recordStoreSuite } from '../../lib/testing/contract/record-store.suite.js';

recordStoreSuite(
  'memory',
  async () => {
    const storage = await memory().open(await createStorageContext());
    return { store: storage.records, close: () => storage.close() };
  },
  { runner },
);

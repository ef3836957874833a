import * as runner from 'vitest';
import { memory } from '../../lib/storage/memory-storage.js';
import { createStorageContext } from '../support/storage-context.js';
import { projectionStoreSuite } from '../../lib/testing/contract/projection-store.suite.js';

projectionStoreSuite(
  'memory',
  async () => {
    const storage = await memory().open(await createStorageContext());
    return { store: storage.projections, close: () => storage.close() };
  },
  { runner },
);

import { postgres } from '../../lib/postgres.js';
import { createStorageContext } from '../support/storage-context.js';
import { liveEventsSuite } from './live-events.suite.js';

liveEventsSuite({
  name: 'PGlite',
  create: async () => {
    const storage = await postgres().open(await createStorageContext());
    return { writer: storage, reader: storage, close: () => storage.close() };
  },
});

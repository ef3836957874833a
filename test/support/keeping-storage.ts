import type { Storage, StorageAdapter } from '../../lib/index.js';
import { overriding } from './overriding.js';

type Keeping = StorageAdapter & { readonly storage: Storage };

/** An adapter that says what it opened last, for a look past the code under test. */
export function keepingStorage(adapter: StorageAdapter): Keeping {
  let opened: Storage | undefined;
  return overriding(adapter as Keeping, {
    open: async (context) => (opened = await adapter.open(context)),
    get storage() {
      if (!opened) throw new Error('No application has opened this storage yet.');
      return opened;
    },
  });
}

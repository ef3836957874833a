import { memory, type Storage, type StorageAdapter } from '../../lib/index.js';

/** One memory that outlives the applications that use it, as a database does. */
export function survivingMemory(): StorageAdapter & { readonly storage: Storage } {
  let storage: Storage | undefined;
  return {
    name: 'surviving memory',
    durable: true,
    open: async (context) => (storage = { ...(storage ?? (await memory().open(context))), close: async () => {} }),
    get storage() {
      if (!storage) throw new Error('No application has opened this memory yet.');
      return storage;
    },
  };
}

/** A memory that was tampered with: `change` may put its own methods in the place of those of the stores. */
export function tamperedMemory(change: (storage: Storage) => void): StorageAdapter {
  return {
    ...memory(),
    open: async (context) => {
      const storage = await memory().open(context);
      change(storage);
      return storage;
    },
  };
}

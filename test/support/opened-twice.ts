import type { Storage, StorageAdapter } from '../../lib/index.js';
import { createStorageContext } from './storage-context.js';

/** One log, as two processes have it. */
export interface OpenedTwice {
  readonly writer: Storage;
  readonly reader: Storage;
  close(): Promise<void>;
}

export async function openedTwice(adapter: StorageAdapter): Promise<OpenedTwice> {
  const writer = await adapter.open(await createStorageContext());
  const reader = await adapter.open(await createStorageContext());
  return {
    ...{ writer, reader },
    async close() {
      await writer.close();
      await reader.close();
    },
  };
}

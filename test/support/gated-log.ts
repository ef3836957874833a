import type { EventLog } from '../../lib/event-store/event-log.js';
import type { LogRow } from '../../lib/event-store/log-row.js';
import type { Storage, StorageAdapter } from '../../lib/index.js';

/** What a test sees and does of the rows that are read from a log, one after the other. */
export interface LogWatch {
  /** Rows that were read. */
  rows: number;
  /** Called before each row is given to whoever reads. */
  onRow: (row: LogRow) => Promise<void>;
}

/** A storage whose log is watched while rows are read from it. */
export function gatedLog(adapter: StorageAdapter): StorageAdapter & { readonly watch: LogWatch } {
  const watch: LogWatch = { rows: 0, onRow: async () => {} };
  return {
    ...adapter,
    watch,
    open: async (context) => {
      const storage = await adapter.open(context);
      const log = Object.create(storage.log) as EventLog;
      log.rows = async function* (query) {
        for await (const row of storage.log.rows(query)) {
          await watch.onRow(row);
          watch.rows += 1;
          yield row;
        }
      };
      return Object.assign(Object.create(storage) as Storage, { log });
    },
  };
}

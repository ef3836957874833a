import type { EventStore } from '../../../event-store/event-store.js';
import type { LogRow } from '../../../event-store/log-row.js';
import type { StreamId } from '../../../event-store/stream-id.js';
import { LogMaintenance } from '../../../maintenance/log-maintenance.js';
import { FoldCache } from '../../../projections/fold-cache.js';
import { SystemClock } from '../../../clock/system-clock.js';
import { inProcessQueue } from '../../../queue/in-process/in-process-queue.adapter.js';
import type { GroupQueue } from '../../../queue/group-queue.js';
import { memory } from '../../../storage/memory-storage.js';
import type { Storage, StorageContext } from '../../../storage/storage.js';
import { collect } from '../collect.js';
import { storedItems } from '../event-store/event-store-cases.js';
import type { ContractTest } from '../contract-test.js';
import type { Expect } from '../test-runner.js';

/** An opened backend, and the ways around it. @publicApi */
export interface OpenedStorage extends Pick<Storage, 'log' | 'projections' | 'records'> {
  readonly events: EventStore;
  /** Puts rows into the log past every check. Of one stream, behind what is there. */
  plant(rows: readonly LogRow[]): Promise<void>;
  /** The tables in which a text occurs anywhere. */
  tablesWith(text: string): Promise<readonly string[]>;
  close(): Promise<void>;
}

/** What the cases of one adapter are declared with. */
export interface LogMaintenanceCases {
  readonly expect: Expect;
  readonly test: ContractTest;
  readonly storage: () => OpenedStorage;
  readonly queue: () => GroupQueue;
  readonly maintenance: () => LogMaintenance;
  readonly context: () => StorageContext;
}

/** A row as it would be right. */
export function goodRow(stream: StreamId, sequence: number, changes: Partial<LogRow> = {}): LogRow {
  const [keyed] = storedItems(stream, [sequence]);
  return { ...keyed!.event, metadata: '{}', ...changes };
}

/** Another installation, in memory. */
export async function otherLog(context: StorageContext): Promise<{
  readonly storage: Storage;
  readonly maintenance: LogMaintenance;
}> {
  const clock = new SystemClock();
  const storage = await memory().open(context);
  const queue = await inProcessQueue().open({ clock });
  const { serializer } = context;
  return {
    storage,
    maintenance: new LogMaintenance({ storage, queue, foldCache: new FoldCache(0, clock), serializer, clock }),
  };
}

/** The lines of an export behind its header, which has the time. */
export async function linesOf(exported: AsyncIterable<string>): Promise<readonly string[]> {
  return (await collect(exported)).slice(1);
}

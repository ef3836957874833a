import * as runner from 'vitest';
import { inspect } from 'node:util';
import { toStoredEvent } from '../../lib/event-store/log-row.js';
import type { MemoryLog } from '../../lib/event-store/memory/memory-log.js';
import type { StoredEvent } from '../../lib/events/stored-event.js';
import { memory } from '../../lib/storage/memory-storage.js';
import { logMaintenanceSuite } from '../../lib/testing/contract/log-maintenance.suite.js';

logMaintenanceSuite(
  'memory',
  async (context) => {
    const storage = await memory().open(context);
    const { entries } = storage.events as unknown as { entries: MemoryLog };
    const { events, log, projections, records } = storage;
    return {
      events,
      log,
      projections,
      records,
      plant: async (rows) => {
        for (const row of rows) {
          const { tenantId, aggregateType, aggregateId } = row;
          // In memory metadata is no text; whatever is none of its own stands for it.
          const event = { ...toStoredEvent({ ...row, metadata: '{}' }), metadata: metadataOf(row.metadata) };
          entries.add({ tenantId, aggregateType, aggregateId }, [event], new Map());
        }
      },
      tablesWith: async (text) =>
        Object.entries({ events, projections, records })
          .filter(([, store]) =>
            inspect(store, { depth: 20, maxArrayLength: null, maxStringLength: null }).includes(text),
          )
          .map(([name]) => name),
      close: () => storage.close(),
    };
  },
  { runner },
);

function metadataOf(text: string): StoredEvent['metadata'] {
  return JSON.parse(text) as StoredEvent['metadata'];
}

import { inspect } from 'node:util';
import { toStoredEvent } from '../../lib/event-store/log-row.js';
import { newMemoryStream, streamKey, type MemoryStreams } from '../../lib/event-store/memory/memory-stream.js';
import type { StoredEvent } from '../../lib/events/stored-event.js';
import { memory } from '../../lib/storage/memory-storage.js';
import { logMaintenanceSuite } from './log-maintenance.suite.js';

logMaintenanceSuite('memory', async (context) => {
  const storage = await memory().open(context);
  const { streams } = storage.events as unknown as { streams: MemoryStreams };
  const { events, log, projections, records } = storage;
  return {
    events,
    log,
    projections,
    records,
    plant: async (rows) => {
      for (const row of rows) {
        const { tenantId, aggregateType, aggregateId } = row;
        const stream = streams.get(streamKey(row)) ?? newMemoryStream({ tenantId, aggregateType, aggregateId });
        streams.set(streamKey(row), stream);
        // In memory metadata is no text; whatever is none of its own stands for it.
        stream.events.push({ ...toStoredEvent({ ...row, metadata: '{}' }), metadata: metadataOf(row.metadata) });
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
});

function metadataOf(text: string): StoredEvent['metadata'] {
  return JSON.parse(text) as StoredEvent['metadata'];
}

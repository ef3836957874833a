import { createWithStores, type StoresForTesting, type TestingOptions } from './create-with-stores.js';
import { inProcessQueue } from './queue/in-process/in-process-queue.adapter.js';
import { memory } from './storage/memory-storage.js';
import type { TestingApplication } from './testing/testing-application.js';

/**
 * Starts an application with these feature modules for a unit test, in the memory of the process:
 *
 * ```ts
 * const es = await createForTesting({ imports: [TraceProcessingModule] });
 * await es.commands.run(new RecordSpan(tenantId, span));
 * await es.settled();
 * expect(await es.projections.get(TraceSummary, 'trace-123', { tenantId })).toMatchObject({ spans: 1 });
 * await es.close();
 * ```
 *
 * As `createWithStores()`, with `memory()` unless another store is given, and `inProcessQueue()`.
 *
 * @throws what `createWithStores()` throws
 * @publicApi
 */
export function createForTesting({
  eventStore = memory(),
  ...options
}: TestingOptions & Partial<Pick<StoresForTesting, 'eventStore'>>): Promise<TestingApplication> {
  return createWithStores({ ...options, eventStore, queue: inProcessQueue() });
}

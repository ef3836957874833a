import { BatchAbort } from '../../../lib/queue/batch-abort.js';
import { SystemClock } from '../../../lib/clock/system-clock.js';
import { MemoryEventStore } from '../../../lib/event-store/memory/memory-event-store.js';
import { FoldCache } from '../../../lib/projections/fold-cache.js';
import { FoldEvents } from '../../../lib/projections/fold-events.js';
import { FoldExecutor } from '../../../lib/projections/fold-executor.js';
import { MemoryProjectionStore } from '../../../lib/projections/stores/memory/memory-projection-store.js';
import { createStorageContext } from '../../support/storage-context.js';
import { measure } from '../measure.js';
import { BENCH_FOLD, benchJob, Happened } from './bench-fold.js';

const BATCH_EVENTS = 200;

/** How many events a second the executor folds by itself: in memory, from decoding to a saved row. */
export async function foldsPerSecond(checkPurity: boolean, measureMs: number): Promise<number> {
  const context = await createStorageContext({}, [Happened]);
  const executor = new FoldExecutor({
    events: new FoldEvents(new MemoryEventStore(context), context.serializer),
    projections: new MemoryProjectionStore(),
    cache: new FoldCache(0, new SystemClock()),
    checkPurity,
  });
  let aggregate = 0;
  const abort = new BatchAbort();
  const batch = Array.from({ length: BATCH_EVENTS }, (_, index) => benchJob(0, index + 1, 'bench').job);
  const { rate } = await measure(measureMs, 1, BATCH_EVENTS, async () => {
    aggregate += 1;
    const { lane } = benchJob(aggregate, 1, 'bench');
    const { failure } = await executor.execute(BENCH_FOLD, {
      lane,
      jobs: batch,
      attempt: 1,
      redelivered: false,
      abort,
    });
    if (failure) throw failure.error;
  });
  return rate;
}

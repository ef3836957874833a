import type { StreamId } from '../event-store/stream-id.js';
import type { JsonValue } from '../events/json-value.js';
import type { StoredEvent } from '../events/stored-event.js';
import { FoldCache } from '../projections/fold-cache.js';
import type { FoldDefinition } from '../projections/fold-definition.js';
import { FoldEvents } from '../projections/fold-events.js';
import { FoldExecutor } from '../projections/fold-executor.js';
import { MemoryProjectionStore } from '../projections/stores/memory/memory-projection-store.js';
import { BatchAbort } from '../queue/batch-abort.js';
import type { EventRangeJob } from '../queue/job.js';
import type { LaneBatch } from '../queue/lane-batch.js';
import { type DeliveredBatch, type DeliveredRange, type Delivery, WORKERS } from './fold-deliveries.js';
import type { SpecifiedLog } from './specified-log.js';

const CACHE_BYTES = 1_000_000;

/** One row of a fold, taken forward by the executor that workers have. */
export class SpecifiedRow {
  private readonly projections = new MemoryProjectionStore();
  private readonly workers: readonly FoldExecutor[];

  constructor(
    private readonly fold: FoldDefinition,
    private readonly stream: StreamId,
    private readonly stored: readonly StoredEvent[],
    { store, context }: SpecifiedLog,
  ) {
    const events = new FoldEvents(store, context.serializer);
    this.workers = Array.from({ length: WORKERS }, () => {
      const cache = new FoldCache(CACHE_BYTES, context.clock);
      return new FoldExecutor({ events, projections: this.projections, cache, checkPurity: true });
    });
  }

  /** The state after a delivery; `null` when there is none. @throws why the fold cannot go on */
  async after({ batches }: Delivery): Promise<JsonValue> {
    for (const batch of batches) await this.deliver(batch);
    const { tenantId, aggregateId: id } = this.stream;
    const { name: projection, version } = this.fold;
    const [row] = await this.projections.load([{ tenantId, projection, version, id }]);
    return row?.state ?? null;
  }

  private async deliver({ ranges, redelivered, worker }: DeliveredBatch): Promise<void> {
    const { tenantId, aggregateType, aggregateId: id } = this.stream;
    const batch: LaneBatch<EventRangeJob> = {
      lane: { tenantId, kind: 'fold', component: this.fold.component, aggregateType, id },
      jobs: ranges.map((range) => this.job(range)),
      attempt: 1,
      redelivered,
      abort: new BatchAbort(),
    };
    const { failure } = await this.workers[worker]!.execute(this.fold, batch);
    if (failure) throw failure.error;
  }

  private job({ from, to, carries }: DeliveredRange): EventRangeJob {
    const listed = this.stored.slice(from - 1, to).filter(({ type }) => this.fold.types.has(type));
    return { kind: 'fold', aggregateId: this.stream.aggregateId, from, to, events: carries ? listed : null };
  }
}

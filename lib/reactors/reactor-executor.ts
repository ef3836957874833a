import type { EventSerializer } from '../events/event-serializer.js';
import type { RecordedEvent } from '../events/recorded-event.js';
import type { FoldDefinition } from '../projections/fold-definition.js';
import type { FoldEvents } from '../projections/fold-events.js';
import type { ProjectionStore } from '../projections/stores/projection-store.js';
import type { ReactorJob } from '../queue/job.js';
import type { Lane } from '../queue/lane.js';
import type { LaneBatch } from '../queue/lane-batch.js';
import { TenantContext } from '../tenancy/tenant-context.js';
import { EventGoneError } from './event-gone.error.js';
import type { ReactorDefinition } from './reactor-definition.js';

/** Calls a reactor with its event and the saved state of its fold. */
export class ReactorExecutor {
  constructor(
    private readonly events: FoldEvents,
    private readonly projections: ProjectionStore,
    private readonly serializer: EventSerializer,
  ) {}

  /** Reacts to the first job of the batch. @throws EventGoneError */
  async execute({ fold, handler }: ReactorDefinition, batch: LaneBatch<ReactorJob>): Promise<void> {
    const { attempt, signal } = batch;
    const job = batch.jobs[0]!;
    const event = await this.event(fold, batch.lane, job);
    const { tenantId, aggregateType, aggregateId, metadata } = event;
    const key = { tenantId, projection: fold.name, version: fold.version, id: job.aggregateId };
    const [row] = await this.projections.load([key]);
    const context = {
      tenantId,
      aggregateType,
      aggregateId,
      foldId: job.aggregateId,
      state: row?.state ?? null,
      foldSequence: row?.sequence ?? 0,
      attempt,
      signal,
    };
    const ambient = { ...metadata, tenantId, causationId: event.id };
    await TenantContext.run(ambient, async () => (await handler.resolve()).handle(event, context));
  }

  private async event(fold: FoldDefinition, { tenantId }: Lane, job: ReactorJob): Promise<RecordedEvent> {
    if (job.event) return this.serializer.deserialize(job.event);
    const { aggregateId: id, sequence } = job;
    const place = { from: sequence, to: sequence };
    for await (const { event } of this.events.read(fold, { tenantId, id }, place, new Set())) return event;
    throw new EventGoneError({ tenantId, aggregateType: fold.aggregateType, aggregateId: id }, sequence);
  }
}

import type { EventSerializer } from '../events/event-serializer.js';
import type { ProjectionStore } from '../projections/stores/projection-store.js';
import type { ReactorJob } from '../queue/job.js';
import type { LaneBatch } from '../queue/lane-batch.js';
import { TenantContext } from '../tenancy/tenant-context.js';
import type { ReactorDefinition } from './reactor-definition.js';

/** Calls a reactor with its event and the saved state of its fold. */
export class ReactorExecutor {
  constructor(
    private readonly projections: ProjectionStore,
    private readonly serializer: EventSerializer,
  ) {}

  /** Reacts to the first job of the batch. */
  async execute({ fold, handler }: ReactorDefinition, { jobs, attempt, signal }: LaneBatch<ReactorJob>): Promise<void> {
    const event = this.serializer.deserialize(jobs[0]!.event);
    const { tenantId, aggregateType, aggregateId, metadata } = event;
    const key = { tenantId, projection: fold.name, version: fold.version, id: aggregateId };
    const [row] = await this.projections.load([key]);
    const context = {
      tenantId,
      aggregateType,
      aggregateId,
      state: row?.state ?? null,
      foldSequence: row?.sequence ?? 0,
      attempt,
      signal,
    };
    const ambient = { ...metadata, tenantId, causationId: event.id };
    await TenantContext.run(ambient, async () => (await handler.resolve()).handle(event, context));
  }
}

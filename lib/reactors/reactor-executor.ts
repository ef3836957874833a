import type { EventSerializer } from '../events/event-serializer.js';
import type { RecordedEvent } from '../events/recorded-event.js';
import type { FoldEvents } from '../projections/fold-events.js';
import type { ProjectionStore } from '../projections/stores/projection-store.js';
import type { ReactorJob } from '../queue/job.js';
import type { Lane } from '../queue/lane.js';
import type { LaneBatch } from '../queue/lane-batch.js';
import { EventGoneError } from './event-gone.error.js';
import { type ReactorCalls, rowKey } from './reactor-calls.js';
import type { ReactorDefinition } from './reactor-definition.js';

const NONE: ReadonlySet<number> = new Set();

/** Calls a reactor with its event and the saved state of its fold. */
export class ReactorExecutor {
  constructor(
    private readonly events: FoldEvents,
    private readonly projections: ProjectionStore,
    private readonly serializer: EventSerializer,
    private readonly calls: ReactorCalls,
  ) {}

  /** Reacts to the first job of the batch. @throws EventGoneError */
  async execute(reactor: ReactorDefinition, batch: LaneBatch<ReactorJob>): Promise<void> {
    const { lane } = batch;
    const job = batch.jobs[0]!;
    const id = job.aggregateId;
    const event = await this.event(reactor, lane, job);
    const [row] = await this.projections.load([rowKey(reactor, lane, id)]);
    await this.calls.call(reactor, { lane, id, row }, { sequence: job.sequence, event }, batch);
  }

  private async event({ fold }: ReactorDefinition, lane: Lane, job: ReactorJob): Promise<RecordedEvent> {
    if (job.event) return this.serializer.deserialize(job.event);
    const { aggregateId, sequence } = job;
    const { tenantId, aggregateType } = lane;
    const place = { from: sequence, to: sequence };
    // The lane says which stream was folded: another version of a fold with keys has other links.
    const folded = { ...fold, aggregateType };
    for await (const { event } of this.events.read(folded, { tenantId, id: aggregateId }, place, NONE)) return event;
    throw new EventGoneError({ tenantId, aggregateType, aggregateId }, sequence);
  }
}

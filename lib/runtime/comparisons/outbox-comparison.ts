import type { EventStore } from '../../event-store/event-store.js';
import type { ProcessDefinition } from '../../processes/process-definition.js';
import { openJob } from '../../processes/process-jobs.js';
import { OPEN_DECISION } from '../../processes/stream/decision.event.js';
import { processType } from '../../processes/stream/process-streams.js';
import type { StagedJob } from '../../queue/staged-job.js';
import type { TenantId } from '../../tenancy/tenant-id.js';
import { withProgress } from '../behind.js';
import type { Comparison } from './comparison.js';
import { headProgress } from './head-progress.js';

/** A process whose last decision leaves something open may lack it in the queue: all of it is staged again. */
export class OutboxComparison implements Comparison {
  readonly kind = 'outbox';
  readonly component: string;

  constructor(
    { name }: ProcessDefinition,
    private readonly store: EventStore,
  ) {
    this.component = name;
  }

  async *lack(tenantId?: TenantId, signal?: AbortSignal): AsyncIterable<StagedJob> {
    const aggregateType = processType(this.component);
    const last = this.store.heads({ aggregateType, tenantId });
    const lastOpen = headProgress(this.store.heads({ aggregateType, types: [OPEN_DECISION], tenantId }));
    for await (const { head, value } of withProgress(last, lastOpen, signal)) {
      // What is decided between the two looks is staged by whoever decides it.
      if (value >= head.sequence)
        yield openJob({ name: this.component, tenantId: head.tenantId, id: head.aggregateId });
    }
  }
}

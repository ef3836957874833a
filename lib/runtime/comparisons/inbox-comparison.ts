import type { EventStore } from '../../event-store/event-store.js';
import type { ProcessDefinition } from '../../processes/process-definition.js';
import { processJob } from '../../processes/process-jobs.js';
import { inboxType, processType } from '../../processes/stream/process-streams.js';
import type { StagedJob } from '../../queue/staged-job.js';
import type { TenantId } from '../../tenancy/tenant-id.js';
import { behind } from '../behind.js';
import type { Comparison } from './comparison.js';
import { headProgress } from './head-progress.js';

/** A process lacks the entries of its inbox past its last decision. */
export class InboxComparison implements Comparison {
  readonly kind = 'process';
  readonly component: string;

  constructor(
    { name }: ProcessDefinition,
    private readonly store: EventStore,
  ) {
    this.component = name;
  }

  async *lack(tenantId?: TenantId, signal?: AbortSignal): AsyncIterable<StagedJob> {
    const { component: name } = this;
    const heads = this.store.heads({ aggregateType: inboxType(name), tenantId });
    const decided = headProgress(this.store.heads({ aggregateType: processType(name), tenantId }));
    for await (const { head, value } of behind(heads, decided, signal)) {
      const process = { name, tenantId: head.tenantId, id: head.aggregateId };
      yield processJob(process, { from: value + 1, to: head.sequence, events: null });
    }
  }
}

import type { EventStore } from '../../event-store/event-store.js';
import type { FoldDefinition } from '../../projections/fold-definition.js';
import type { ProjectionStore } from '../../projections/stores/projection-store.js';
import type { StagedJob } from '../../queue/staged-job.js';
import type { TenantId } from '../../tenancy/tenant-id.js';
import { behind } from '../behind.js';
import type { EventRouter } from '../event-router.js';
import type { Comparison } from './comparison.js';
import { sequenceProgress } from './sequence-progress.js';

/** A fold lacks what lies past its row. */
export class FoldComparison implements Comparison {
  readonly kind = 'fold';
  readonly component: string;

  constructor(
    private readonly fold: FoldDefinition,
    private readonly store: EventStore,
    private readonly projections: ProjectionStore,
    private readonly router: EventRouter,
  ) {
    this.component = fold.component;
  }

  async *lack(tenantId?: TenantId, signal?: AbortSignal): AsyncIterable<StagedJob> {
    const { name, version, aggregateType, types, sources } = this.fold;
    // Of links every one counts.
    const heads = this.store.heads({ aggregateType, types: sources ? undefined : [...types], tenantId });
    const progress = sequenceProgress(this.projections.sequences(name, version, tenantId));
    for await (const { head, value } of behind(heads, progress, signal)) {
      const { aggregateId, sequence: to } = head;
      yield this.router.foldJob(this.fold, {
        tenantId: head.tenantId,
        aggregateId,
        from: value + 1,
        to,
        events: null,
      });
    }
  }
}

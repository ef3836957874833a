import type { EventStore } from '../../event-store/event-store.js';
import type { ProjectionStore } from '../../projections/stores/projection-store.js';
import type { StagedJob } from '../../queue/staged-job.js';
import { asideName, listPutAside } from '../../subscriptions/put-aside-rows.js';
import type { SubscriptionDefinition } from '../../subscriptions/subscription-definition.js';
import { subscriptionJob } from '../../subscriptions/subscription-jobs.js';
import { cursorKey, cursorsName, streamTypes } from '../../subscriptions/subscription-streams.js';
import type { TenantId } from '../../tenancy/tenant-id.js';
import { behind } from '../behind.js';
import type { Comparison } from './comparison.js';
import { sequenceProgress } from './sequence-progress.js';

/** A subscription lacks what lies past its cursors, and what was put aside in front of them. */
export class SubscriptionComparison implements Comparison {
  readonly kind = 'subscription';
  readonly component: string;

  constructor(
    private readonly subscription: SubscriptionDefinition,
    private readonly store: EventStore,
    private readonly projections: ProjectionStore,
  ) {
    this.component = subscription.name;
  }

  async *lack(tenantId?: TenantId, signal?: AbortSignal): AsyncIterable<StagedJob> {
    for (const aggregateType of streamTypes(this.subscription)) {
      yield* this.past(aggregateType, tenantId, signal);
      yield* this.putAside(aggregateType, tenantId, signal);
    }
  }

  private async *past(aggregateType: string, tenantId?: TenantId, signal?: AbortSignal): AsyncIterable<StagedJob> {
    const { types, route } = this.subscription;
    // Of links every one counts.
    const heads = this.store.heads({ aggregateType, types: route ? undefined : [...types], tenantId });
    const cursors = this.projections.sequences(cursorsName(this.subscription, aggregateType), 1, tenantId);
    for await (const { head, value } of behind(heads, sequenceProgress(cursors), signal)) {
      const stream = { tenantId: head.tenantId, aggregateType, id: head.aggregateId };
      yield subscriptionJob(this.component, stream, { from: value + 1, to: head.sequence, events: null });
    }
  }

  private async *putAside(aggregateType: string, tenantId?: TenantId, signal?: AbortSignal): AsyncIterable<StagedJob> {
    const marks = asideName(cursorsName(this.subscription, aggregateType));
    for await (const { tenantId: tenant, id } of this.projections.sequences(marks, 1, tenantId)) {
      const stream = { tenantId: tenant, aggregateType, id };
      for await (const sequence of listPutAside(this.projections, cursorKey(this.subscription, stream))) {
        signal?.throwIfAborted();
        yield subscriptionJob(this.component, stream, { from: sequence, to: sequence, events: null });
      }
    }
  }
}

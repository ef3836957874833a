import type { EventStore } from '../../event-store/event-store.js';
import { routesName } from '../../projections/links/route-cursor.js';
import type { RouteDefinition } from '../../projections/links/route-definition.js';
import type { ProjectionStore } from '../../projections/stores/projection-store.js';
import type { StagedJob } from '../../queue/staged-job.js';
import type { TenantId } from '../../tenancy/tenant-id.js';
import { behind } from '../behind.js';
import type { EventRouter } from '../event-router.js';
import type { Comparison } from './comparison.js';
import { sequenceProgress } from './sequence-progress.js';

/** The keys of a fold, or processes, lack the events of an aggregate that lie past its cursor. */
export class RouteComparison implements Comparison {
  readonly kind = 'route';
  readonly component: string;

  constructor(
    private readonly route: RouteDefinition,
    private readonly store: EventStore,
    private readonly projections: ProjectionStore,
    private readonly router: EventRouter,
  ) {
    this.component = route.component;
  }

  async *lack(tenantId?: TenantId, signal?: AbortSignal): AsyncIterable<StagedJob> {
    const { types, version, sources = [] } = this.route;
    for (const aggregateType of sources) {
      const heads = this.store.heads({ aggregateType, types: [...types], tenantId });
      const cursors = this.projections.sequences(routesName(this.route, aggregateType), version, tenantId);
      const progress = sequenceProgress(cursors);
      for await (const { head, value } of behind(heads, progress, signal)) {
        const { aggregateId, sequence: to } = head;
        const range = { tenantId: head.tenantId, aggregateId, from: value + 1, to, events: null };
        yield this.router.routeJob(this.route, aggregateType, range);
      }
    }
  }
}

import type { TenantId } from '../../tenancy/tenant-id.js';
import type { EventStore } from '../../event-store/event-store.js';
import type { PipelineRegistry } from '../../pipeline/pipeline-registry.js';
import type { ProjectionStore } from '../../projections/stores/projection-store.js';
import type { RecordStore } from '../../projections/stores/record-store.js';
import type { ComponentBirths } from '../component-births.js';
import type { EventRouter } from '../event-router.js';
import type { Comparison } from './comparison.js';
import { DurableReactorComparison } from './durable-reactor-comparison.js';
import { FoldComparison } from './fold-comparison.js';
import { InboxComparison } from './inbox-comparison.js';
import { MapComparison } from './map-comparison.js';
import { OutboxComparison } from './outbox-comparison.js';
import { RouteComparison } from './route-comparison.js';
import { SubscriptionComparison } from './subscription-comparison.js';

/** What comparisons look at. */
export interface ComparisonTools {
  readonly events: EventStore;
  readonly projections: ProjectionStore;
  readonly records: RecordStore;
  readonly router: EventRouter;
  readonly births: ComponentBirths;
}

/** One comparison for each component of these pipelines that follows the log. */
export function createComparisons(
  { pipelines }: PipelineRegistry,
  { events, projections, records, router, births }: ComparisonTools,
): readonly Comparison[] {
  return pipelines.flatMap(({ folds, maps, reactors, processes, subscriptions }) => [
    ...folds.filter(({ sources }) => sources).map((fold) => new RouteComparison(fold, events, projections, router)),
    ...folds.map((fold) => new FoldComparison(fold, events, projections, router)),
    ...maps.map((map) => new MapComparison(map, events, records, router)),
    ...processes.flatMap((process) => [
      new RouteComparison(process.route, events, projections, router),
      new InboxComparison(process, events),
      new OutboxComparison(process, events),
    ]),
    ...subscriptions.flatMap((subscription) => [
      ...(subscription.route ? [new RouteComparison(subscription.route, events, projections, router)] : []),
      new SubscriptionComparison(subscription, events, projections),
    ]),
    ...reactors
      .filter(({ options }) => options.durable)
      .map((reactor) => {
        const bornAt = (tenantId: TenantId): number => births.ofReactor(reactor, tenantId);
        return new DurableReactorComparison(reactor, events, projections, router, bornAt);
      }),
  ]);
}

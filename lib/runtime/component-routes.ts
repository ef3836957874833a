import type { PipelineRegistry } from '../pipeline/pipeline-registry.js';
import type { ProcessDefinition } from '../processes/process-definition.js';
import type { FoldDefinition } from '../projections/fold-definition.js';
import type { MapDefinition } from '../projections/map-definition.js';
import type { EventRoute } from '../queue/event-route.js';
import type { SubscriptionDefinition } from '../subscriptions/subscription-definition.js';

/** Over how many lanes the aggregates of a tenant are spread for one map. */
export const MAP_LANES = 16;

/** What feeds the components of this process. */
export function componentRoutes({ folds, maps, processes, subscriptions }: PipelineRegistry): readonly EventRoute[] {
  return [
    ...[...folds.values()].map(foldRoute),
    ...[...maps.values()].map(mapRoute),
    ...[...processes.values()].map(processRoute),
    ...[...subscriptions.values()].map(subscriptionRoute),
  ];
}

/** A fold with keys is fed by its own route alone. */
function foldRoute({ kind, component, aggregateType, sources, types }: FoldDefinition): EventRoute {
  const aggregateTypes = sources ?? [aggregateType];
  return { kind: sources ? 'route' : kind, component, aggregateTypes, types: [...types] };
}

function mapRoute({ kind, component, aggregateType, types }: MapDefinition): EventRoute {
  return { kind, component, aggregateTypes: [aggregateType], types: [...types], lanes: MAP_LANES };
}

function processRoute({ route: { component, sources = [], types } }: ProcessDefinition): EventRoute {
  return { kind: 'route', component, aggregateTypes: sources, types: [...types] };
}

/** One with partitions is fed by its own route alone. */
function subscriptionRoute({ name, route, sources, types }: SubscriptionDefinition): EventRoute {
  const fed = { aggregateTypes: sources, types: [...types] };
  return route
    ? { kind: 'route', component: route.component, ...fed }
    : { kind: 'subscription', component: name, ...fed };
}

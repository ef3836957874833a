import type { PipelineRegistry } from '../pipeline/pipeline-registry.js';
import type { FoldDefinition } from '../projections/fold-definition.js';
import { LINK_TYPE } from '../projections/links/link.event.js';
import type { MapDefinition } from '../projections/map-definition.js';
import type { EventRoute } from '../queue/event-route.js';

/** Over how many lanes the aggregates of a tenant are spread for one map. */
export const MAP_LANES = 16;

/** What feeds the components of this process. */
export function componentRoutes({ folds, maps }: PipelineRegistry): readonly EventRoute[] {
  return [...[...folds.values()].flatMap(foldRoutes), ...[...maps.values()].map(mapRoute)];
}

/** A fold with keys is fed by its links, which are made of what its route is fed with. */
function foldRoutes({ kind, component, aggregateType, sources, types }: FoldDefinition): readonly EventRoute[] {
  const fold = { kind, component, aggregateTypes: [aggregateType], types: [...types] };
  if (!sources) return [fold];
  return [
    { ...fold, kind: 'route', aggregateTypes: sources },
    { ...fold, types: [LINK_TYPE] },
  ];
}

function mapRoute({ kind, component, aggregateType, types }: MapDefinition): EventRoute {
  return { kind, component, aggregateTypes: [aggregateType], types: [...types], lanes: MAP_LANES };
}

import type { FoldDefinition } from '../projections/fold-definition.js';
import type { MapDefinition } from '../projections/map-definition.js';

/** Types of the aggregates whose events a projection is made of. */
export function sourcesOf(projection: FoldDefinition | MapDefinition): readonly string[] {
  return (projection.kind === 'fold' && projection.sources) || [projection.aggregateType];
}

import type { EventClass } from '../events/event-class.js';
import type { FoldDefinition } from './fold-definition.js';
import type { MapDefinition } from './map-definition.js';
import { UnknownProjectionError } from './unknown-projection.error.js';

/** The projections of this process, by class. */
export class ProjectionRegistry {
  private readonly folds: ReadonlyMap<EventClass, FoldDefinition>;
  private readonly maps: ReadonlyMap<EventClass, MapDefinition>;

  constructor(folds: Iterable<FoldDefinition>, maps: Iterable<MapDefinition>) {
    this.folds = new Map(Array.from(folds, (fold) => [fold.projectionClass, fold]));
    this.maps = new Map(Array.from(maps, (map) => [map.projectionClass, map]));
  }

  /** @throws UnknownProjectionError */
  fold(projection: EventClass): FoldDefinition {
    const definition = this.folds.get(projection);
    if (!definition) throw new UnknownProjectionError('@FoldProjection', projection);
    return definition;
  }

  /** @throws UnknownProjectionError */
  map(projection: EventClass): MapDefinition {
    const definition = this.maps.get(projection);
    if (!definition) throw new UnknownProjectionError('@MapProjection', projection);
    return definition;
  }
}

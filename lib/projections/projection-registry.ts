import type { FoldDefinition } from './fold-definition.js';
import type { MapDefinition } from './map-definition.js';
import type { FoldReference, MapReference } from './projection-class.js';
import { UnknownProjectionError } from './unknown-projection.error.js';

/** The projections of this process, by class and by name. */
export class ProjectionRegistry {
  private readonly folds: ReadonlyMap<unknown, FoldDefinition>;
  private readonly maps: ReadonlyMap<unknown, MapDefinition>;

  constructor(folds: Iterable<FoldDefinition>, maps: Iterable<MapDefinition>) {
    this.folds = byClassAndName(folds);
    this.maps = byClassAndName(maps);
  }

  /** @throws UnknownProjectionError */
  fold(projection: FoldReference<unknown>): FoldDefinition {
    const definition = this.folds.get(projection);
    if (!definition) throw new UnknownProjectionError('@FoldProjection', projection);
    return definition;
  }

  /** @throws UnknownProjectionError */
  map(projection: MapReference<unknown>): MapDefinition {
    const definition = this.maps.get(projection);
    if (!definition) throw new UnknownProjectionError('@MapProjection', projection);
    return definition;
  }

  /** @throws UnknownProjectionError */
  foldOrMap(projection: FoldReference<unknown> | MapReference<unknown>): FoldDefinition | MapDefinition {
    const definition = this.folds.get(projection) ?? this.maps.get(projection);
    if (!definition) throw new UnknownProjectionError('@FoldProjection or @MapProjection', projection);
    return definition;
  }
}

/** Names are unique over all projections. */
function byClassAndName<D extends FoldDefinition | MapDefinition>(definitions: Iterable<D>): ReadonlyMap<unknown, D> {
  return new Map(
    Array.from(definitions).flatMap((definition): [unknown, D][] => [
      [definition.projectionClass, definition],
      [definition.name, definition],
    ]),
  );
}

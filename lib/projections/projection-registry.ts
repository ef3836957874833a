import type { EventClass } from '../events/event-class.js';
import type { FoldDefinition } from './fold-definition.js';
import type { MapDefinition } from './map-definition.js';
import { UnknownProjectionError } from './unknown-projection.error.js';

/** The projections of this process, by class and by name. Filled once at boot. */
export class ProjectionRegistry {
  private readonly folds = new Map<EventClass | string, FoldDefinition>();
  private readonly maps = new Map<EventClass | string, MapDefinition>();

  registerFold(fold: FoldDefinition): void {
    this.folds.set(fold.name, fold).set(fold.projectionClass, fold);
  }

  registerMap(map: MapDefinition): void {
    this.maps.set(map.name, map).set(map.projectionClass, map);
  }

  /** @throws UnknownProjectionError */
  fold(projection: EventClass | string): FoldDefinition {
    return found(this.folds.get(projection), '@FoldProjection', projection);
  }

  /** @throws UnknownProjectionError */
  map(projection: EventClass | string): MapDefinition {
    return found(this.maps.get(projection), '@MapProjection', projection);
  }
}

function found<T>(definition: T | undefined, decorator: string, projection: EventClass | string): T {
  if (definition) return definition;
  throw new UnknownProjectionError(decorator, typeof projection === 'string' ? projection : projection.name);
}

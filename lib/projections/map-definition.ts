import type { EventClass } from '../events/event-class.js';
import type { HandlerReference } from '../handlers/handler-reference.js';
import type { MapHandler } from './map-handler.js';
import type { MapProjectionOptions } from './map-projection.decorator.js';

/** A map of a pipeline. */
export interface MapDefinition {
  readonly kind: 'map';
  /** `name@version`. */
  readonly component: string;
  readonly name: string;
  readonly version: number;
  readonly aggregateType: string;
  readonly projectionClass: EventClass;
  /** Types of the events that it lists. */
  readonly types: ReadonlySet<string>;
  readonly options: MapProjectionOptions;
  readonly handler: HandlerReference<MapHandler<object, unknown>>;
}

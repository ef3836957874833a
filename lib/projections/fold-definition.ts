import type { EventClass } from '../events/event-class.js';
import type { HandlerReference } from '../handlers/handler-reference.js';
import type { FoldHandler } from './fold-handler.js';
import type { FoldProjectionOptions } from './fold-projection.decorator.js';

/** A fold of a pipeline. */
export interface FoldDefinition {
  readonly kind: 'fold';
  /** `name@version`. */
  readonly component: string;
  readonly name: string;
  readonly version: number;
  /** Of the streams that it folds: that of its pipeline, or of its links where it has keys. */
  readonly aggregateType: string;
  /** Set of a fold with keys: types of the aggregates whose events are linked to them. */
  readonly sources?: readonly string[];
  readonly projectionClass: EventClass;
  /** Types of the events that it lists. */
  readonly types: ReadonlySet<string>;
  /** The `@Apply` method by type of event; other types go to `apply`. */
  readonly methods: ReadonlyMap<string, string | symbol>;
  readonly options: FoldProjectionOptions;
  readonly handler: HandlerReference<FoldHandler<unknown>>;
}

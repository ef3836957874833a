import type { HandlerReference } from '../handlers/handler-reference.js';
import type { RouteDefinition } from '../projections/links/route-definition.js';
import type { EventSubscriptionOptions } from './event-subscription.decorator.js';
import type { EventFilter } from './subscription-filter.js';
import type { SubscriptionHandler } from './subscription-handler.js';

/** A subscription of a pipeline. */
export interface SubscriptionDefinition {
  readonly name: string;
  /** Types of the events that it may be told. */
  readonly types: ReadonlySet<string>;
  /** Types of the aggregates that these are of. */
  readonly sources: readonly string[];
  /** Which of the events of these types it is told. */
  readonly isMeant: EventFilter;
  /** How events come into its partitions; absent where each aggregate is one. */
  readonly route?: RouteDefinition;
  readonly options: EventSubscriptionOptions;
  readonly handler: HandlerReference<SubscriptionHandler>;
}

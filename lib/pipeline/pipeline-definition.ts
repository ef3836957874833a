import type { CommandDefinition } from '../commands/command-definition.js';
import type { CommandMiddlewareClass } from '../commands/middleware/command-middleware.js';
import type { EventClass } from '../events/event-class.js';
import type { UpcastStep } from '../events/upcast-step.js';
import type { FeatureFlags } from '../feature-flags/feature-flags.js';
import type { FoldDefinition } from '../projections/fold-definition.js';
import type { MapDefinition } from '../projections/map-definition.js';
import type { ProcessDefinition } from '../processes/process-definition.js';
import type { ReactorDefinition } from '../reactors/reactor-definition.js';
import type { SubscriptionDefinition } from '../subscriptions/subscription-definition.js';

/** Everything that one feature module declares: all that the runtime knows of it. */
export interface PipelineDefinition {
  readonly name: string;
  readonly aggregateType: string;
  readonly events: readonly EventClass[];
  readonly featureFlags?: FeatureFlags;
  readonly commandMiddleware?: readonly CommandMiddlewareClass[];
  readonly upcasts: readonly UpcastStep[];
  readonly commands: readonly CommandDefinition[];
  readonly folds: readonly FoldDefinition[];
  readonly maps: readonly MapDefinition[];
  readonly reactors: readonly ReactorDefinition[];
  readonly processes: readonly ProcessDefinition[];
  readonly subscriptions: readonly SubscriptionDefinition[];
}

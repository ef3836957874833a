import type { EventClass } from '../events/event-class.js';
import type { HandlerReference } from '../handlers/handler-reference.js';
import type { AggregateCommandHandler } from './aggregate-command-handler.js';
import type { CommandHandlerOptions } from './command-handler.decorator.js';

/** A command of a pipeline. */
export interface CommandDefinition {
  readonly pipeline: string;
  readonly aggregateType: string;
  readonly commandClass: EventClass;
  /** What its pipeline lists. */
  readonly events: ReadonlySet<EventClass>;
  readonly options: CommandHandlerOptions<object>;
  readonly handler: HandlerReference<AggregateCommandHandler<object>>;
}

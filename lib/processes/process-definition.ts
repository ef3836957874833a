import type { EventClass } from '../events/event-class.js';
import type { HandlerReference } from '../handlers/handler-reference.js';
import type { RouteDefinition } from '../projections/links/route-definition.js';
import type { OnOptions } from './on.decorator.js';
import type { ProcessHandler } from './process-handler.js';
import type { ProcessManagerOptions } from './process-manager.decorator.js';

/** A method that is told events. */
export interface EventMethod {
  readonly method: string | symbol;
  /** Whether such an event begins a process where none runs. */
  readonly starts: boolean;
  readonly key?: OnOptions<object>['key'];
}

/** A process manager of a pipeline. */
export interface ProcessDefinition {
  /** Also its component. */
  readonly name: string;
  readonly processClass: EventClass;
  /** By type of event. */
  readonly events: ReadonlyMap<string, EventMethod>;
  /** Methods by name of wake-up. */
  readonly wakeUps: ReadonlyMap<string, string | symbol>;
  /** Methods by class of command. */
  readonly rejections: ReadonlyMap<EventClass, string | symbol>;
  /** How events come into the inboxes of its processes. */
  readonly route: RouteDefinition;
  readonly options: ProcessManagerOptions;
  readonly handler: HandlerReference<ProcessHandler<unknown>>;
}

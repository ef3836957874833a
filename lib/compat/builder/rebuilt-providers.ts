import type { Provider, Type } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import type { EventClass } from '../../events/event-class.js';
import type { RecordedEvent } from '../../events/recorded-event.js';
import { InvalidArgumentError } from '../../errors/invalid-argument.error.js';
import { integerProblem } from '../../errors/integer-problem.js';
import { domainEventMetadata } from '../../events/domain-event.decorator.js';
import type { EventOrdering } from '../event-stream.js';
import type { ProjectionHandlerClass, ProjectionSettings } from '../rebuilt/projection-handler.js';
import { markRebuilt, type RebuiltDefinition } from '../rebuilt/rebuilt-definition.js';
import { RebuiltProjection } from '../rebuilt/rebuilt-projection.js';
import { durably } from './event-handler-providers.js';
import { named } from './handler-classes.js';

const DEFAULT_MAX_EVENTS = 10_000;

/** What is rebuilt with each change of an aggregate is here what an event handler is: a durable reactor does it. */
export function rebuiltProviders(
  name: string,
  handlerClass: ProjectionHandlerClass<object, unknown>,
  aggregateType: string,
  events: readonly EventClass[],
  settings: Omit<ProjectionSettings<object>, 'eventTypes'>,
): readonly Provider[] {
  const { version = 1, ordering = 'timestamp', maxEvents = DEFAULT_MAX_EVENTS, ...others } = settings;
  for (const [option, value] of Object.entries({ version, maxEvents })) {
    const problem = integerProblem(value, 1);
    if (problem !== null) throw new InvalidArgumentError(option, problem);
  }
  const definition: RebuiltDefinition = {
    name,
    version,
    aggregateType,
    types: new Set(events.map((eventClass) => domainEventMetadata(eventClass)!.type)),
    ordering: ordering as EventOrdering<RecordedEvent>,
    maxEvents,
    token: Symbol(`the handler of the projection ${name}`),
  };
  const { fold, reaction: Reaction } = durably(name, events, others);
  named(Reaction, handlerClass.name);
  markRebuilt(fold, definition);
  const token = handlerClass as unknown as Type<object>;
  const useFactory = (moduleRef: ModuleRef): object =>
    new Reaction((event) => RebuiltProjection.of(moduleRef, definition).follow(event));
  return [
    fold,
    token,
    { provide: definition.token, useExisting: token },
    { provide: Reaction, inject: [ModuleRef], useFactory },
  ];
}

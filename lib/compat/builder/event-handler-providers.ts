import type { Provider, Type } from '@nestjs/common';
import { InvalidArgumentError } from '../../errors/invalid-argument.error.js';
import { domainEventMetadata } from '../../events/domain-event.decorator.js';
import type { EventClass } from '../../events/event-class.js';
import type { RecordedEvent } from '../../events/recorded-event.js';
import { DEFAULT_REACTOR_TIMEOUT_MS, Reactor } from '../../reactors/reactor.decorator.js';
import type {
  EventHandler,
  EventHandlerClass,
  EventHandlerSettings,
  EventPublisher,
  PublisherSettings,
} from './event-handler.js';
import { foldClass, named } from './handler-classes.js';

/** What an event handler is here: a durable reactor, whose cursors are the checkpoints, after a fold that has no state. */
export function eventHandlerProviders(
  name: string,
  handlerClass: EventHandlerClass,
  events: readonly EventClass[],
  settings: Omit<EventHandlerSettings, 'eventTypes'>,
): readonly Provider[] {
  const token = handlerClass as unknown as Type<EventHandler>;
  const { fold, reaction: Reaction } = durably(name, events, settings);
  named(Reaction, handlerClass.name);
  const useFactory = (handler: EventHandler): object => new Reaction((event) => handler.handle(event));
  return [fold, token, { provide: Reaction, inject: [token], useFactory }];
}

/** @throws InvalidArgumentError for a time in which the publisher may not have given up yet */
export function publisherProviders(
  name: string,
  publisher: EventPublisher,
  events: readonly EventClass[],
  settings: Omit<PublisherSettings, 'name'>,
): readonly Provider[] {
  const { timeoutMs = DEFAULT_REACTOR_TIMEOUT_MS } = settings;
  if (publisher.timeoutMs !== undefined && timeoutMs <= publisher.timeoutMs) {
    const problem = `must be more than the ${publisher.timeoutMs} ms that the publisher itself waits, not ${timeoutMs}`;
    throw new InvalidArgumentError('timeoutMs', problem);
  }
  const { fold, reaction: Reaction } = durably(name, events, settings);
  named(Reaction, name);
  return [fold, { provide: Reaction, useFactory: () => new Reaction((event) => publisher.publish(event)) }];
}

/** The classes of the events with these types; without types, all. @throws InvalidArgumentError for an unknown type */
export function eventsOfTypes(
  events: readonly EventClass[],
  types: readonly string[] | undefined,
): readonly EventClass[] {
  const byType = new Map(events.map((eventClass) => [domainEventMetadata(eventClass)?.type, eventClass]));
  return (
    types?.map((type) => {
      const eventClass = byType.get(type);
      if (eventClass) return eventClass;
      const known = [...byType.keys()].join(', ');
      throw new InvalidArgumentError('eventTypes', `must be of events of the pipeline (${known}), not ${type}`);
    }) ?? events
  );
}

type Handle = (event: RecordedEvent) => Promise<void> | void;

/** A durable reactor, whose cursors are checkpoints, after a fold that has no state. */
export function durably(
  name: string,
  events: readonly EventClass[],
  settings: Omit<EventHandlerSettings, 'eventTypes'>,
): { readonly fold: Type; readonly reaction: new (handle: Handle) => object } {
  const nothing = foldClass({ init: () => ({}), apply: (state) => state }, { name: `${name}_events`, events });
  class Reaction {
    constructor(private readonly handler: Handle) {}

    handle(event: RecordedEvent): Promise<void> | void {
      return this.handler(event);
    }
  }
  Reactor({ ...settings, name, fold: nothing, durable: true })(Reaction);
  return { fold: nothing, reaction: Reaction };
}

import type { RecordedEvent } from '../../events/recorded-event.js';
import type { ReactorOptions } from '../../reactors/reactor.decorator.js';

/** Does something about each event of an aggregate, one after the other. @typeParam E the events that it takes @publicApi */
export interface EventHandler<E extends object = object> {
  /**
   * Called in the order of the aggregate, and again for the same event when it failed or its process died before that was
   * on record. The next event waits until this one is done.
   */
  handle(event: RecordedEvent<E>): Promise<void> | void;
}

/** What `withEventHandler()` takes: a Nest provider, which may say what it listens to. @publicApi */
export interface EventHandlerClass<E extends object = object> {
  new (...dependencies: never[]): EventHandler<E>;
  /** Types of the events that are handled. @default all of the pipeline */
  getEventTypes?(): readonly string[];
}

/** Options of `withEventHandler()`. @publicApi */
export interface EventHandlerSettings extends Pick<ReactorOptions, 'maxAttempts' | 'timeoutMs'> {
  /** Types of the events that are handled. @default what `getEventTypes()` of the class says */
  readonly eventTypes?: readonly string[];
  /** Each event is handled no sooner than so long after it was stored; milliseconds. @default 0 */
  readonly delayMs?: number;
}

/** Gives the events of a pipeline away. @publicApi */
export interface EventPublisher<E extends object = object> {
  /** How long it takes at most, before it gives up by itself; milliseconds. Its calls need a longer `timeoutMs`. */
  readonly timeoutMs?: number;
  /** Called as `EventHandler.handle`: in the order of the aggregate, at least once. */
  publish(event: RecordedEvent<E>): Promise<void> | void;
}

/** Options of `withEventPublisher()`. @publicApi */
export interface PublisherSettings extends Omit<EventHandlerSettings, 'eventTypes'> {
  /** Unique over all reactors; where a pipeline has several publishers, each needs one. @default '<pipeline>_publisher' */
  readonly name?: string;
}

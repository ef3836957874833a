import type { EventClass } from '../../events/event-class.js';
import type { RecordedEvent } from '../../events/recorded-event.js';
import type { ReactorContext } from '../../reactors/reactor-handler.js';
import type { ReactorOptions } from '../../reactors/reactor.decorator.js';

/**
 * A reactor as `withReactor()` takes it.
 *
 * @typeParam E the events of its pipeline
 * @typeParam S the state of its fold
 * @publicApi
 */
export interface ReactorDefinition<E extends object, S> {
  /** Does something about an event after the fold has saved it. May be called more than once for one event. */
  readonly handle: (event: RecordedEvent<E>, context: ReactorContext<S>) => Promise<void> | void;
  readonly options?: ReactorSettings<E>;
}

/** Options of a reactor, as those of `@Reactor`. @publicApi */
export type ReactorSettings<E extends object> = Without<
  ReactorOptions<unknown, readonly EventClass<E>[]>,
  'name' | 'fold'
>;

// Of each member of the union on its own, for Omit would melt them.
type Without<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;

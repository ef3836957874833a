import type { EventClass } from '../events/event-class.js';
import type { RecordedEvent } from '../events/recorded-event.js';
import type { FoldHandler } from '../projections/fold-handler.js';
import type { ReactorContext } from './reactor-handler.js';
import type { ReactorTiming } from './reactor-timing.js';

const METADATA = Symbol.for('@event-sourcing/nestjs:reactor');

/**
 * Options of `@Reactor`. Without a timing every event is reacted to at once, in the order of its aggregate.
 *
 * @publicApi
 */
export type ReactorOptions<S = unknown, E extends readonly EventClass[] = readonly EventClass[]> = ReactorTiming & {
  /** Unique over all reactors. */
  readonly name: string;
  /** The fold after whose save it reacts. */
  readonly fold: abstract new (...args: never[]) => FoldHandler<S>;
  /** @default all events that the fold lists */
  readonly events?: E;
  /** Attempts in all before the event goes to the dead letters. @default 5 */
  readonly maxAttempts?: number;
  /** Time of one call, after which it is aborted through its signal; milliseconds. @default 60_000 */
  readonly timeoutMs?: number;
};

// A property, not a method, so that its parameters are compared strictly: a wrong event or state does not compile.
interface Reacts<S, E extends object> {
  readonly handle: (event: RecordedEvent<E>, context: ReactorContext<S>) => Promise<void> | void;
}

/**
 * Marks a provider as a reactor: a side effect that follows a fold's save of an event.
 *
 * @publicApi
 */
export function Reactor<S, const E extends readonly EventClass[] = readonly EventClass[]>(
  options: ReactorOptions<S, E>,
): (target: abstract new (...args: never[]) => Reacts<S, InstanceType<E[number]>>) => void {
  return (target) => {
    Object.defineProperty(target, METADATA, { value: options });
  };
}

/** What `@Reactor` says about this very class (not its parents), or `undefined`. */
export function reactorMetadata(target: unknown): ReactorOptions | undefined {
  if (typeof target !== 'function' || !Object.hasOwn(target, METADATA)) return undefined;
  return (target as unknown as Record<symbol, ReactorOptions>)[METADATA];
}

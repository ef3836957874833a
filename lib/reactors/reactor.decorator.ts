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
  /**
   * Which of these events lead to a reaction at all; the others are never staged. Pure: it may be asked again about an
   * event. When it fails, or answers with anything but a boolean, the reaction takes place.
   *
   * @default all of them
   */
  readonly when?: (event: RecordedEvent<InstanceType<E[number]>>) => boolean;
  /** Attempts in all before `whenExhausted` applies. @default 5 */
  readonly maxAttempts?: number;
  /**
   * What becomes of an event that is not reacted to in the end: it goes to the dead letters and its lane goes on, or the
   * lane is parked behind it until an operator decides. @default 'dead-letter'
   */
  readonly whenExhausted?: 'dead-letter' | 'park';
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

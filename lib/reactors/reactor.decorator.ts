import type { EventClass } from '../events/event-class.js';
import type { RecordedEvent } from '../events/recorded-event.js';
import type { FoldHandler } from '../projections/fold-handler.js';
import type { ReactorContext } from './reactor-handler.js';
import type { ReactorDurability } from './reactor-durability.js';

const METADATA = Symbol.for('@event-sourcing/nestjs:reactor');

export const DEFAULT_REACTOR_TIMEOUT_MS = 60_000;

/**
 * Options of `@Reactor`. Without a timing every event is reacted to at once, in the order of its aggregate.
 *
 * @publicApi
 */
export type ReactorOptions<S = unknown, E extends readonly EventClass[] = readonly EventClass[]> = ReactorDurability & {
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
  /**
   * Whether `context.state` is the fold's state at exactly the event, and `context.foldSequence` the event's place. Where
   * the saved row is beyond it, the stream is folded anew from the log for the call; where retention has removed a part of
   * that, the reaction fails with `HistoryGoneError`.
   *
   * @default false: the saved state, at or after the event
   */
  readonly exact?: boolean;
  /** Attempts in all before `whenExhausted` applies. @default 5 */
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

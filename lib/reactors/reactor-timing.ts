import type { RecordedEvent } from '../events/recorded-event.js';

/** Events with the same key are twins: they share a reaction. @publicApi */
export interface KeyOptions {
  /** Pure; 1 to 512 bytes. When it fails, the event is reacted to on its own, at once. */
  readonly key: (event: RecordedEvent) => string;
}

/**
 * How a reactor waits for quiet: it reacts once to events that follow each other closely, of each aggregate to the last.
 *
 * @publicApi
 */
export interface DebounceOptions extends KeyOptions {
  /** Quiet time after the last event before the reaction; milliseconds. */
  readonly delayMs: number;
  /** The longest that a first event waits; milliseconds. @default ten times `delayMs` */
  readonly maxWaitMs?: number;
}

/**
 * How often a reactor reacts: to the first event at once, and then once in each interval in which further ones come, to
 * the last of each aggregate, at its end.
 *
 * @publicApi
 */
export interface ThrottleOptions extends KeyOptions {
  /** The interval; milliseconds from 1. */
  readonly everyMs: number;
}

/**
 * Which events a reactor leaves out: those that come while the reaction to the first one has not begun, and for `forMs`
 * after that one came, whatever becomes of it.
 *
 * @publicApi
 */
export interface DedupeOptions extends KeyOptions {
  /** Milliseconds. With 0 an event that comes during a reaction leads to another one. */
  readonly forMs: number;
}

/**
 * When a reactor reacts; at most one of the four. How many events were left out stands in `QueueUsage.dropped`.
 *
 * @publicApi
 */
export type ReactorTiming =
  | OneTiming<{ readonly debounce?: DebounceOptions }>
  | OneTiming<{ readonly throttle?: ThrottleOptions }>
  | OneTiming<{ readonly dedupe?: DedupeOptions }>
  /** The reaction begins no sooner than so long after the fold's save, in the order of the aggregate; milliseconds. */
  | OneTiming<{ readonly delayMs?: number }>;

type OneTiming<T> = T & { readonly [K in Exclude<TimingName, keyof T>]?: undefined };

export type TimingName = 'debounce' | 'throttle' | 'dedupe' | 'delayMs';

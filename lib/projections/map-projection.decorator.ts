import type { EventClass } from '../events/event-class.js';
import type { RecordedEvent } from '../events/recorded-event.js';
import type { Immediate } from './immediate.js';

const METADATA = Symbol.for('@event-sourcing/nestjs:map-projection');

/**
 * Options of `@MapProjection`.
 *
 * @publicApi
 */
export interface MapProjectionOptions<E extends readonly EventClass[] = readonly EventClass[]> {
  /** Unique over all projections. */
  readonly name: string;
  /** An integer from 1. Raise it when records mean something else: all are made anew from the log. @default 1 */
  readonly version?: number;
  /** The events that are mapped. */
  readonly events: E;
  /** Events after which records are appended, at least 1. @default 500 */
  readonly maxBatchEvents?: number;
  /** Attempts in all before `whenExhausted` applies. @default 10 */
  readonly maxAttempts?: number;
  /**
   * What becomes of an event that is not mapped in the end: it goes to the dead letters and its lane goes on, or the lane
   * is parked behind it, with all that one sixteenth of its tenant's aggregates has to map. @default 'dead-letter'
   */
  readonly whenExhausted?: 'dead-letter' | 'park';
  /** Time of one batch, after which it is aborted and repeated; milliseconds. @default 60_000 */
  readonly timeoutMs?: number;
}

// A property, not a method, so that its parameter is compared strictly: a map of another event does not compile.
interface Maps<E extends object> {
  readonly map: (event: RecordedEvent<E>) => Immediate;
}

/**
 * Marks a provider as a map: a projection that makes at most one record of each event, in any order and in parallel.
 *
 * @publicApi
 */
export function MapProjection<const E extends readonly EventClass[]>(
  options: MapProjectionOptions<E>,
): (target: abstract new (...args: never[]) => Maps<InstanceType<E[number]>>) => void {
  return (target) => {
    Object.defineProperty(target, METADATA, { value: options });
  };
}

/** What `@MapProjection` says about this very class (not its parents), or `undefined`. */
export function mapProjectionMetadata(target: unknown): MapProjectionOptions | undefined {
  if (typeof target !== 'function' || !Object.hasOwn(target, METADATA)) return undefined;
  return (target as unknown as Record<symbol, MapProjectionOptions>)[METADATA];
}

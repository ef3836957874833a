import type { EventClass } from './event-class.js';
import type { EventUpcaster } from './event-upcaster.js';

const METADATA = Symbol.for('@event-sourcing/nestjs:upcaster');

/**
 * Options of `@Upcaster`.
 *
 * @publicApi
 */
export interface UpcasterOptions {
  /** The event class, in its newest shape. */
  readonly event: EventClass;
  /** The version that it takes. */
  readonly from: number;
  /** The version that it gives. @default `from` + 1 */
  readonly to?: number;
}

/**
 * Marks a provider as the step from one version of an event to a later one. Steps are chained until the version of the
 * event class is reached; the boot fails when a chain does not get there. It must not be request-scoped.
 *
 * @publicApi
 */
export function Upcaster(options: UpcasterOptions): (target: abstract new (...args: never[]) => EventUpcaster) => void {
  return (target) => {
    Object.defineProperty(target, METADATA, { value: options });
  };
}

/** What `@Upcaster` says about this very class (not its parents), or `undefined`. */
export function upcasterMetadata(target: unknown): UpcasterOptions | undefined {
  if (typeof target !== 'function' || !Object.hasOwn(target, METADATA)) return undefined;
  return (target as unknown as Record<symbol, UpcasterOptions>)[METADATA];
}

import type { EventClass } from '../events/event-class.js';
import type { RecordedEvent } from '../events/recorded-event.js';
import type { Immediate } from './immediate.js';

const METADATA = Symbol.for('@event-sourcing/nestjs:fold-projection');

/**
 * Options of `@FoldProjection`.
 *
 * @publicApi
 */
export interface FoldProjectionOptions {
  /** Unique over all projections. */
  readonly name: string;
  /** An integer from 1. Raise it when the fold means something else: the new version is built from the log. @default 1 */
  readonly version?: number;
  /** Events that `apply` takes. @default all events of the pipeline when there is an `apply`, else those of `@Apply` */
  readonly events?: readonly EventClass[];
  /** Events after which a row is saved, at least 1. @default 500 */
  readonly maxBatchEvents?: number;
  /** Bound of one state as JSON, at most 4,194,304; bytes. Past it the aggregate's lane is parked. @default 1_048_576 */
  readonly maxStateBytes?: number;
  /** Attempts in all before the aggregate's lane is parked. @default 10 */
  readonly maxAttempts?: number;
  /** Time of one batch, after which it is aborted and repeated from where it came; milliseconds. @default 60_000 */
  readonly timeoutMs?: number;
}

// A FoldHandler of any state, promises apart.
interface Folds {
  init(): Immediate;
  apply?(state: never, event: RecordedEvent): Immediate;
}

/**
 * Marks a provider as a fold: a projection that reduces the events of each aggregate, in order, to one state.
 *
 * @publicApi
 */
export function FoldProjection(
  options: FoldProjectionOptions,
): (target: abstract new (...args: never[]) => Folds) => void {
  return (target) => {
    Object.defineProperty(target, METADATA, { value: options });
  };
}

/** What `@FoldProjection` says about this very class (not its parents), or `undefined`. */
export function foldProjectionMetadata(target: unknown): FoldProjectionOptions | undefined {
  if (typeof target !== 'function' || !Object.hasOwn(target, METADATA)) return undefined;
  return (target as unknown as Record<symbol, FoldProjectionOptions>)[METADATA];
}

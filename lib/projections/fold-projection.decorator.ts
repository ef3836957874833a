import type { EventClass, EventOf } from '../events/event-class.js';
import type { RecordedEvent } from '../events/recorded-event.js';
import type { FoldContext } from './fold-context.js';
import type { Immediate } from './immediate.js';

const METADATA = Symbol.for('@event-sourcing/nestjs:fold-projection');

/**
 * Options of `@FoldProjection`.
 *
 * @publicApi
 */
export interface FoldProjectionOptions<E extends readonly EventClass[] = readonly EventClass[]> {
  /** Unique over all projections. */
  readonly name: string;
  /** An integer from 1. Raise it when the fold means something else: the new version is built from the log. @default 1 */
  readonly version?: number;
  /**
   * Events that `apply` takes; of a fold with a `key`, all that it takes. @default all events of the pipeline when there
   * is an `apply`, else those of `@Apply`
   */
  readonly events?: E;
  /**
   * The ids of the rows that an event counts for, instead of that of its aggregate: none, one or several, each 1 to 512
   * UTF-8 bytes; what is named twice counts once. Events of one aggregate count in their order, those of several in one
   * that never changes.
   *
   * Pure, like the fold itself: another function needs another `version`. Where it throws, or returns anything else
   * (`InvalidKeyError`), nothing more of that aggregate counts until the lane is retried or the event skipped.
   */
  readonly key?: (event: RecordedEvent<EventOf<E>>) => string | readonly string[];
  /**
   * `all`: it takes events of any pipelines, needs a `key`, and its module needs no `forFeature()`. It is paused and
   * counted as the pipeline `global_projections`.
   *
   * @default the pipeline of its module
   */
  readonly pipeline?: 'all';
  /** Most rows that one event counts for, 1 to 1,000. @default 100 */
  readonly maxKeys?: number;
  /** Events after which a row is saved, at least 1. @default 500 */
  readonly maxBatchEvents?: number;
  /** Bound of one state as JSON, at most 4,194,304; bytes. Past it the aggregate's lane is parked. @default 1_048_576 */
  readonly maxStateBytes?: number;
  /**
   * Attempts in all before the aggregate's lane is parked, which cannot be chosen: a fold that went on without an event
   * would mean something else. An operator may skip the event. @default 10
   */
  readonly maxAttempts?: number;
  /** Time of one batch, after which it is aborted and repeated from where it came; milliseconds. @default 60_000 */
  readonly timeoutMs?: number;
}

// A FoldHandler of any state, promises apart.
interface Folds {
  init(): Immediate;
  apply?(state: never, event: RecordedEvent, context: FoldContext): Immediate;
}

/**
 * Marks a provider as a fold: a projection that reduces the events of each aggregate, or
 * of each `key`, in order, to one state.
 *
 * @publicApi
 */
export function FoldProjection<const E extends readonly EventClass[] = readonly EventClass[]>(
  options: FoldProjectionOptions<E>,
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

import type { EventSourcedAggregate } from './event-sourced-aggregate.js';
import type { SnapshotOptions } from './snapshot-options.js';

const METADATA = Symbol.for('@event-sourcing/nestjs:aggregate');

/**
 * Options of `@Aggregate`.
 *
 * @publicApi
 */
export interface AggregateOptions<A> {
  /** The aggregate type of its pipeline's `forFeature()`: its events stand in the streams of this type. */
  readonly type: string;
  /** Keeps its state, so that a load need not read all events. @default none: every load reads the whole stream */
  readonly snapshot?: SnapshotOptions<A>;
}

/**
 * Marks a class as an aggregate that `AggregateRepository` loads and saves.
 *
 * @publicApi
 */
export function Aggregate<A extends EventSourcedAggregate>(
  options: AggregateOptions<A>,
): (target: new (id: string) => A) => void {
  return (target) => {
    Object.defineProperty(target, METADATA, { value: options });
  };
}

/** What `@Aggregate` says about this very class (not its parents), or `undefined`. */
export function aggregateMetadata<A>(target: new (id: string) => A): AggregateOptions<A> | undefined {
  if (typeof target !== 'function' || !Object.hasOwn(target, METADATA)) return undefined;
  return (target as unknown as Record<symbol, AggregateOptions<A>>)[METADATA];
}

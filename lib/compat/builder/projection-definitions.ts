import type { EventClass } from '../../events/event-class.js';
import type { RecordedEvent } from '../../events/recorded-event.js';
import type { FoldContext } from '../../projections/fold-context.js';
import type { FoldProjectionOptions } from '../../projections/fold-projection.decorator.js';
import type { MapProjectionOptions } from '../../projections/map-projection.decorator.js';

/** A fold as `withFoldProjection()` takes it; pure, as a `FoldHandler`. @typeParam E the events of its pipeline @publicApi */
export interface FoldProjectionDefinition<S, E extends object = object> {
  /** The state before the first event, and after a deletion; a JSON value. */
  readonly init: () => S;
  /** The state after an event; `null` deletes the row. */
  readonly apply: (state: S, event: RecordedEvent<E>, context: FoldContext) => S | null;
}

/** Options of `withFoldProjection()`, as those of `@FoldProjection`. @publicApi */
export type FoldSettings<E extends object> = Omit<FoldProjectionOptions<readonly EventClass<E>[]>, 'name' | 'pipeline'>;

/** A map as `withMapProjection()` takes it; pure, as a `MapHandler`. @typeParam E the events that it maps @publicApi */
export interface MapProjectionDefinition<R, E extends object = object> {
  /** The classes of the events that are mapped. */
  readonly events: readonly EventClass<E>[];
  /** A JSON value; `null` when the event gives no record. */
  readonly map: (event: RecordedEvent<E>) => R | null;
}

/** Options of `withMapProjection()`, as those of `@MapProjection`. @publicApi */
export type MapSettings = Omit<MapProjectionOptions, 'name' | 'events'>;

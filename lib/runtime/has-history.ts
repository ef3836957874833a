import type { EventStore } from '../event-store/event-store.js';
import type { FoldDefinition } from '../projections/fold-definition.js';
import type { MapDefinition } from '../projections/map-definition.js';
import { sourcesOf } from './sources-of.js';

/** What a component is made of: events of these types, of aggregates of these types. */
export interface History {
  readonly sources: readonly string[];
  readonly types: ReadonlySet<string>;
}

export function historyOf(projection: FoldDefinition | MapDefinition): History {
  return { sources: sourcesOf(projection), types: projection.types };
}

/** Whether the log has any of it. */
export async function hasHistory(store: EventStore, { sources, types }: History): Promise<boolean> {
  for (const aggregateType of sources) {
    for await (const _ of store.heads({ aggregateType, types: [...types] })) return true;
  }
  return false;
}

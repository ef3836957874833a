import type { EventStore } from '../event-store/event-store.js';
import type { FoldDefinition } from '../projections/fold-definition.js';
import type { MapDefinition } from '../projections/map-definition.js';
import { sourcesOf } from './sources-of.js';

/** Whether the log has any event that a projection lists. */
export async function hasHistory(store: EventStore, projection: FoldDefinition | MapDefinition): Promise<boolean> {
  for (const aggregateType of sourcesOf(projection)) {
    for await (const _ of store.heads({ aggregateType, types: [...projection.types] })) return true;
  }
  return false;
}

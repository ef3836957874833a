import type { ProjectionRegistry } from '../projections/projection-registry.js';
import type { VersionResolver } from '../projections/versions/version-resolver.js';
import type { GroupQueue } from '../queue/group-queue.js';
import type { EventRouter } from '../runtime/event-router.js';
import type { EventSourcingSetup } from '../runtime/event-sourcing-setup.js';
import type { Storage } from '../storage/storage.js';
import { Consistency } from './consistency.js';
import { FoldWait } from './fold-wait.js';
import { KeyedFoldWait } from './keyed-fold-wait.js';
import { MapWait } from './map-wait.js';

/** Puts the waits for projections together. */
export function createConsistency(
  registry: ProjectionRegistry,
  { events, projections, records }: Storage,
  versions: VersionResolver,
  queue: GroupQueue,
  router: EventRouter,
  { commandTimeoutMs }: EventSourcingSetup,
): Consistency {
  const fold = new FoldWait(events, versions, queue, router);
  const keyedFold = new KeyedFoldWait(events, projections, fold, queue, router);
  const map = new MapWait(events, records, versions, queue, router);
  return new Consistency(registry, { fold, keyedFold, map }, queue, commandTimeoutMs);
}

import type { Clock } from '../../clock/clock.js';
import type { DistributedLock } from '../../locks/distributed-lock.js';
import type { PipelineRegistry } from '../../pipeline/pipeline-registry.js';
import type { GroupQueue } from '../../queue/group-queue.js';
import type { Storage } from '../../storage/storage.js';
import { createComparisons } from '../comparisons/create-comparisons.js';
import type { ComponentBirths } from '../component-births.js';
import type { UnbuiltVersions } from '../builds/unbuilt-versions.js';
import type { EventRouter } from '../event-router.js';
import type { EventSourcingSetup } from '../event-sourcing-setup.js';
import { MemoryLives } from './memory-lives.js';
import { OwnRecord } from './own-record.js';
import { Reconciler } from './reconciler.js';
import { Reconciliation } from './reconciliation.js';
import { SharedRecord } from './shared-record.js';

/** What reconciliation is made of. */
export interface ReconciliationTools {
  readonly setup: EventSourcingSetup;
  readonly pipelines: PipelineRegistry;
  readonly storage: Storage;
  readonly queue: GroupQueue;
  readonly router: EventRouter;
  readonly births: ComponentBirths;
  readonly unbuilt: UnbuiltVersions;
  readonly locks: DistributedLock;
  readonly clock: Clock;
}

/** Puts it together. */
export function createReconciliation(tools: ReconciliationTools): Reconciliation {
  const { setup, pipelines, queue, router, births, unbuilt, locks, clock } = tools;
  const { events, projections, records } = tools.storage;
  return new Reconciliation({
    comparisons: createComparisons(pipelines, { events, projections, records, router, births }),
    reconciler: new Reconciler(queue),
    record: setup.queue.shared ? new SharedRecord(projections) : new OwnRecord(),
    lives: new MemoryLives(queue, events),
    isLeftOut: (component) => unbuilt.isLeftOut(component),
    locks,
    clock,
    freshMs: setup.sweepIntervalMs,
  });
}

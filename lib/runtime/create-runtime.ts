import type { DiscoveryService } from '@nestjs/core';
import type { Clock } from '../clock/clock.js';
import type { CommandDispatcher } from '../commands/command-dispatcher.js';
import { CommandExecutor } from '../commands/command-executor.js';
import type { EventSerializer } from '../events/event-serializer.js';
import type { IdGenerator } from '../events/id-generator.js';
import type { DistributedLock } from '../locks/distributed-lock.js';
import type { PipelineRegistry } from '../pipeline/pipeline-registry.js';
import type { FoldCache } from '../projections/fold-cache.js';
import type { FoldEvents } from '../projections/fold-events.js';
import { FoldExecutor } from '../projections/fold-executor.js';
import { RouteExecutor } from '../projections/links/route-executor.js';
import { MapExecutor } from '../projections/map-executor.js';
import type { ActiveVersions } from '../projections/versions/active-versions.js';
import type { GroupQueue } from '../queue/group-queue.js';
import type { RecurringJobs } from '../recurring-jobs/recurring-jobs.js';
import { ReactorExecutor } from '../reactors/reactor-executor.js';
import type { Storage } from '../storage/storage.js';
import { BuildLedger } from './builds/build-ledger.js';
import { createBuilds } from './builds/create-builds.js';
import { UnbuiltVersions } from './builds/unbuilt-versions.js';
import { createComparisons } from './comparisons/create-comparisons.js';
import { ComponentBirths } from './component-births.js';
import { CqrsBinding } from './cqrs-binding.js';
import type { DispatchStrikes } from './dispatch-strikes.js';
import type { EventAnnouncer } from './event-announcer.js';
import type { EventRouter } from './event-router.js';
import type { EventSourcingSetup } from './event-sourcing-setup.js';
import { EventSourcingRuntime } from './event-sourcing.runtime.js';
import type { RangeStaging } from './range-staging.js';
import { LaneWorker } from './lane-worker.js';
import { Reconciler } from './reconciler.js';
import type { UnknownCommands } from './unknown-commands.js';
import { UndispatchedSweep } from './undispatched-sweep.js';

/** What the runtime is made of. */
export interface RuntimeTools {
  readonly setup: EventSourcingSetup;
  readonly pipelines: PipelineRegistry;
  readonly storage: Storage;
  readonly queue: GroupQueue;
  readonly foldCache: FoldCache;
  readonly foldEvents: FoldEvents;
  readonly versions: ActiveVersions;
  readonly recurringJobs: RecurringJobs;
  readonly locks: DistributedLock;
  readonly dispatcher: CommandDispatcher;
  readonly router: EventRouter;
  readonly announcer: EventAnnouncer;
  readonly strikes: DispatchStrikes;
  readonly staging: RangeStaging;
  readonly unknownCommands: UnknownCommands;
  readonly serializer: EventSerializer;
  readonly clock: Clock;
  readonly ids: IdGenerator;
}

/** Puts the runtime together. */
export function createRuntime(tools: RuntimeTools, discovery: DiscoveryService): EventSourcingRuntime {
  const {
    setup,
    pipelines,
    storage,
    queue,
    foldCache,
    foldEvents,
    versions,
    recurringJobs,
    locks,
    dispatcher,
    router,
    announcer,
    strikes,
    staging,
    unknownCommands,
    serializer,
    clock,
    ids,
  } = tools;
  const { events, projections, records } = storage;
  const births = new ComponentBirths(pipelines, events, projections, clock);
  const ledger = new BuildLedger(projections, clock);
  const unbuilt = new UnbuiltVersions(pipelines, events, versions, ledger);
  const comparisons = createComparisons(pipelines, { events, projections, records, router });
  return new EventSourcingRuntime({
    role: setup.role,
    cqrs: new CqrsBinding(discovery),
    pipelines,
    announcer,
    births,
    unbuilt,
    builds: createBuilds({
      ...{ pipelines, storage, queue, locks, router, births, unbuilt, ledger, comparisons, serializer, clock },
      checkPurity: setup.checkPurity,
    }),
    queue,
    recurringJobs,
    locks,
    storage,
    dispatcher,
    reconciler: new Reconciler(comparisons, queue, (component) => unbuilt.isLeftOut(component)),
    sweep: new UndispatchedSweep(events, staging, setup.sweepIntervalMs),
    worker: new LaneWorker(
      pipelines,
      new CommandExecutor(pipelines.commands, events, ids),
      new FoldExecutor({
        events: foldEvents,
        projections,
        cache: foldCache,
        checkPurity: setup.checkPurity,
      }),
      new RouteExecutor({ store: events, serializer, projections, cache: foldCache, checkPurity: setup.checkPurity }),
      new MapExecutor(events, records, serializer),
      new ReactorExecutor(foldEvents, projections, serializer),
      router,
      announcer,
      births,
      strikes,
      unknownCommands,
    ),
  });
}

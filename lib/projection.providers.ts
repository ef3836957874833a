import type { Provider } from '@nestjs/common';
import { AggregateRepository } from './aggregates/aggregate-repository.js';
import { Snapshots } from './aggregates/snapshots.js';
import { Clock } from './clock/clock.js';
import { EventStore } from './event-store/event-store.js';
import { EventSerializer } from './events/event-serializer.js';
import { DistributedLock } from './locks/distributed-lock.js';
import { LogMaintenance } from './maintenance/log-maintenance.js';
import { PipelineRegistry } from './pipeline/pipeline-registry.js';
import { ROOT } from './pipeline/root.token.js';
import { FoldCache } from './projections/fold-cache.js';
import { FoldReplay } from './projections/fold-replay.js';
import { Processes } from './processes/processes.js';
import { ProcessLog } from './processes/process-log.js';
import { ProjectionRegistry } from './projections/projection-registry.js';
import { Projections } from './projections/projections.js';
import { ActiveVersions } from './projections/versions/active-versions.js';
import { VersionResolver } from './projections/versions/version-resolver.js';
import { GroupQueue } from './queue/group-queue.js';
import { ComponentBirths } from './runtime/component-births.js';
import { EventRouter } from './runtime/event-router.js';
import { EventSourcingHealth } from './runtime/event-sourcing-health.js';
import type { EventSourcingSetup } from './runtime/event-sourcing-setup.js';
import { BuildLedger } from './runtime/builds/build-ledger.js';
import { BuildReports } from './runtime/builds/build-reports.js';
import { UnbuiltVersions } from './runtime/builds/unbuilt-versions.js';
import { createReconciliation } from './runtime/reconciliation/create-reconciliation.js';
import { Reconciliation } from './runtime/reconciliation/reconciliation.js';
import { ProjectionMaintenance } from './runtime/projection-maintenance.js';
import { laneComponents } from './runtime/lane-components.js';
import { SubscriptionRetirement } from './runtime/retirement/subscription-retirement.js';
import { VersionRetirement } from './runtime/retirement/version-retirement.js';
import { SubscriptionMaintenance } from './runtime/subscription-maintenance.js';
import { UnknownCommands } from './runtime/unknown-commands.js';
import type { Storage } from './storage/storage.js';
import { STORAGE } from './storage/storage.token.js';

/** What reads projections and aggregates, and looks after versions, logs and health. */
export const projectionProviders: Provider[] = [
  {
    provide: ActiveVersions,
    inject: [STORAGE, Clock],
    useFactory: ({ projections }: Storage, clock: Clock) => new ActiveVersions(projections, clock),
  },
  {
    provide: VersionResolver,
    inject: [STORAGE, ActiveVersions, FoldReplay],
    useFactory: ({ projections }: Storage, versions: ActiveVersions, replay: FoldReplay) =>
      new VersionResolver(projections, versions, replay),
  },
  {
    provide: Projections,
    inject: [ProjectionRegistry, STORAGE, VersionResolver, FoldReplay],
    useFactory: (
      registry: ProjectionRegistry,
      { projections, records }: Storage,
      resolver: VersionResolver,
      replay: FoldReplay,
    ) => new Projections(registry, projections, records, resolver, replay),
  },
  {
    provide: AggregateRepository,
    inject: [EventStore, STORAGE, PipelineRegistry],
    useFactory: (store: EventStore, { projections }: Storage, pipelines: PipelineRegistry) =>
      new AggregateRepository(store, new Snapshots(projections), (type) => pipelines.listedFor(type)),
  },
  {
    provide: Processes,
    inject: [PipelineRegistry, STORAGE, FoldCache],
    useFactory: ({ processes }: PipelineRegistry, { events }: Storage, foldCache: FoldCache) =>
      new Processes(processes.values(), new ProcessLog(events, foldCache)),
  },
  {
    provide: LogMaintenance,
    inject: [STORAGE, GroupQueue, FoldCache, EventSerializer, Clock],
    useFactory: (
      storage: Storage,
      queue: GroupQueue,
      foldCache: FoldCache,
      serializer: EventSerializer,
      clock: Clock,
    ) => new LogMaintenance({ storage, queue, foldCache, serializer, clock }),
  },
  {
    provide: EventSourcingHealth,
    inject: [STORAGE, GroupQueue, PipelineRegistry, UnknownCommands],
    useFactory: (storage: Storage, queue: GroupQueue, pipelines: PipelineRegistry, commands: UnknownCommands) =>
      new EventSourcingHealth(storage, queue, laneComponents(pipelines), commands),
  },
  {
    provide: BuildLedger,
    inject: [STORAGE, Clock],
    useFactory: ({ projections }: Storage, clock: Clock) => new BuildLedger(projections, clock),
  },
  {
    provide: ComponentBirths,
    inject: [PipelineRegistry, STORAGE],
    useFactory: (pipelines: PipelineRegistry, storage: Storage) => new ComponentBirths(pipelines, storage),
  },
  {
    provide: UnbuiltVersions,
    inject: [PipelineRegistry, STORAGE, ActiveVersions, BuildLedger],
    useFactory: (pipelines: PipelineRegistry, { events }: Storage, versions: ActiveVersions, ledger: BuildLedger) =>
      new UnbuiltVersions(pipelines, events, versions, ledger),
  },
  {
    provide: Reconciliation,
    inject: [
      ROOT,
      PipelineRegistry,
      STORAGE,
      GroupQueue,
      EventRouter,
      ComponentBirths,
      UnbuiltVersions,
      DistributedLock,
      Clock,
    ],
    useFactory: (
      setup: EventSourcingSetup,
      pipelines: PipelineRegistry,
      storage: Storage,
      queue: GroupQueue,
      router: EventRouter,
      births: ComponentBirths,
      unbuilt: UnbuiltVersions,
      locks: DistributedLock,
      clock: Clock,
    ) => createReconciliation({ setup, pipelines, storage, queue, router, births, unbuilt, locks, clock }),
  },
  {
    provide: BuildReports,
    inject: [BuildLedger, UnbuiltVersions, ActiveVersions],
    useFactory: (ledger: BuildLedger, unbuilt: UnbuiltVersions, versions: ActiveVersions) =>
      new BuildReports(ledger, unbuilt, versions),
  },
  {
    provide: VersionRetirement,
    inject: [PipelineRegistry, ProjectionRegistry, ActiveVersions, GroupQueue, STORAGE, BuildLedger],
    useFactory: (
      pipelines: PipelineRegistry,
      registry: ProjectionRegistry,
      versions: ActiveVersions,
      queue: GroupQueue,
      storage: Storage,
      ledger: BuildLedger,
    ) => new VersionRetirement({ pipelines, registry, versions, queue, storage, ledger }),
  },
  ProjectionMaintenance,
  {
    provide: SubscriptionRetirement,
    inject: [PipelineRegistry, GroupQueue, STORAGE],
    useFactory: (pipelines: PipelineRegistry, queue: GroupQueue, storage: Storage) =>
      new SubscriptionRetirement({ pipelines, queue, storage }),
  },
  SubscriptionMaintenance,
];

import type { InjectionToken, Provider } from '@nestjs/common';
import { DiscoveryService, LazyModuleLoader, ModuleRef } from '@nestjs/core';
import { AggregateRepository } from './aggregates/aggregate-repository.js';
import { Snapshots } from './aggregates/snapshots.js';
import { Clock } from './clock/clock.js';
import { SystemClock } from './clock/system-clock.js';
import { CommandEncoder } from './commands/command-encoder.js';
import { CommandDispatcher } from './commands/command-dispatcher.js';
import { Commands } from './commands/commands.js';
import { CommandWait } from './consistency/command-wait.js';
import { Consistency } from './consistency/consistency.js';
import { createConsistency } from './consistency/create-consistency.js';
import { EventStore } from './event-store/event-store.js';
import { ClassValidatorValidator } from './events/class-validator.validator.js';
import { EventSerializer } from './events/event-serializer.js';
import { EventTypeRegistry } from './events/event-type-registry.js';
import { IdGenerator } from './events/id-generator.js';
import { UuidIdGenerator } from './events/uuid-id-generator.js';
import { Validator } from './events/validator.js';
import { MODULE_OPTIONS_TOKEN } from './event-sourcing.module-definition.js';
import { DistributedLock } from './locks/distributed-lock.js';
import { FeatureFlags } from './feature-flags/feature-flags.js';
import { LogMaintenance } from './maintenance/log-maintenance.js';
import { PipelineRegistry } from './pipeline/pipeline-registry.js';
import { ROOT } from './pipeline/root.token.js';
import { FoldCache } from './projections/fold-cache.js';
import { FoldEvents } from './projections/fold-events.js';
import { FoldReplay } from './projections/fold-replay.js';
import { FoldSkips } from './projections/fold-skips.js';
import { PROCESS_EVENTS } from './processes/stream/process-events.js';
import { Processes } from './processes/processes.js';
import { ProcessLog } from './processes/process-log.js';
import { ProcessSkips } from './processes/process-skips.js';
import { Link } from './projections/links/link.event.js';
import { ProjectionRegistry } from './projections/projection-registry.js';
import { Projections } from './projections/projections.js';
import { ActiveVersions } from './projections/versions/active-versions.js';
import { VersionResolver } from './projections/versions/version-resolver.js';
import { GroupQueue } from './queue/group-queue.js';
import { ReactorSkips } from './reactors/reactor-skips.js';
import { InProcessRecurringJobs } from './recurring-jobs/in-process/in-process-recurring-jobs.js';
import { RecurringJobs } from './recurring-jobs/recurring-jobs.js';
import { componentRoutes } from './runtime/component-routes.js';
import { ComponentBirths } from './runtime/component-births.js';
import { createRuntime } from './runtime/create-runtime.js';
import { DispatchStrikes } from './runtime/dispatch-strikes.js';
import { DispatchingEventStore } from './runtime/dispatching-event-store.js';
import { EventAnnouncer } from './runtime/event-announcer.js';
import { EventRouter } from './runtime/event-router.js';
import { EventSourcingHealth } from './runtime/event-sourcing-health.js';
import type { EventSourcingSetup } from './runtime/event-sourcing-setup.js';
import { EventSourcingRuntime } from './runtime/event-sourcing.runtime.js';
import { BuildLedger } from './runtime/builds/build-ledger.js';
import { BuildReports } from './runtime/builds/build-reports.js';
import { UnbuiltVersions } from './runtime/builds/unbuilt-versions.js';
import { createReconciliation } from './runtime/reconciliation/create-reconciliation.js';
import { Reconciliation } from './runtime/reconciliation/reconciliation.js';
import { ProjectionMaintenance } from './runtime/projection-maintenance.js';
import { laneComponents } from './runtime/lane-components.js';
import { RangeStaging } from './runtime/range-staging.js';
import { ProvidedFeatureFlags } from './runtime/provided-feature-flags.js';
import { resolveSetup } from './runtime/resolve-setup.js';
import { VersionRetirement } from './runtime/retirement/version-retirement.js';
import { RouteDirectory } from './runtime/route-directory.js';
import type { RuntimeTools } from './runtime/runtime-tools.js';
import { SkippingControl } from './runtime/skipping-control.js';
import { SkippingQueue } from './runtime/skipping-queue.js';
import { UnknownCommands } from './runtime/unknown-commands.js';
import { wire } from './runtime/wire.js';
import type { Storage } from './storage/storage.js';

const STORAGE = Symbol('event-sourcing:storage');

/** Under which tokens the tools of the runtime are provided. */
const RUNTIME_TOOLS = {
  setup: ROOT,
  pipelines: PipelineRegistry,
  storage: STORAGE,
  queue: GroupQueue,
  foldCache: FoldCache,
  foldEvents: FoldEvents,
  ledger: BuildLedger,
  births: ComponentBirths,
  unbuilt: UnbuiltVersions,
  recurringJobs: RecurringJobs,
  locks: DistributedLock,
  reconciliation: Reconciliation,
  dispatcher: CommandDispatcher,
  encoder: CommandEncoder,
  router: EventRouter,
  announcer: EventAnnouncer,
  strikes: DispatchStrikes,
  staging: RangeStaging,
  unknownCommands: UnknownCommands,
  featureFlags: FeatureFlags,
  serializer: EventSerializer,
  clock: Clock,
  ids: IdGenerator,
} satisfies Record<keyof RuntimeTools, InjectionToken>;

/** In the order in which they come into being: nothing is opened before the wiring is known to be right. */
export const eventSourcingProviders: Provider[] = [
  { provide: ROOT, inject: [MODULE_OPTIONS_TOKEN], useFactory: resolveSetup },
  {
    provide: FeatureFlags,
    inject: [ROOT, ModuleRef],
    useFactory: ({ featureFlags }: EventSourcingSetup, moduleRef: ModuleRef) =>
      typeof featureFlags === 'function' ? new ProvidedFeatureFlags(featureFlags, moduleRef) : featureFlags,
  },
  {
    provide: PipelineRegistry,
    inject: [ROOT, DiscoveryService, ModuleRef],
    useFactory: (setup: EventSourcingSetup, discovery: DiscoveryService, moduleRef: ModuleRef) =>
      wire(setup, MODULE_OPTIONS_TOKEN, discovery, moduleRef),
  },
  {
    provide: EventTypeRegistry,
    inject: [PipelineRegistry],
    useFactory: ({ pipelines }: PipelineRegistry) =>
      new EventTypeRegistry(
        [Link, ...PROCESS_EVENTS, ...pipelines.flatMap(({ events }) => events)],
        pipelines.flatMap(({ upcasts }) => upcasts),
      ),
  },
  {
    provide: ProjectionRegistry,
    inject: [PipelineRegistry],
    useFactory: ({ folds, maps }: PipelineRegistry) => new ProjectionRegistry(folds.values(), maps.values()),
  },
  { provide: Clock, useClass: SystemClock },
  { provide: IdGenerator, inject: [Clock], useFactory: (clock: Clock) => new UuidIdGenerator(clock) },
  { provide: Validator, useFactory: () => ClassValidatorValidator.create() },
  {
    provide: EventSerializer,
    inject: [EventTypeRegistry, Validator, ROOT],
    useFactory: (types: EventTypeRegistry, validator: Validator, { maxEventBytes }: EventSourcingSetup) =>
      new EventSerializer(types, validator, maxEventBytes),
  },
  {
    provide: STORAGE,
    inject: [ROOT, EventSerializer, Clock, IdGenerator],
    useFactory: ({ storage }: EventSourcingSetup, serializer: EventSerializer, clock: Clock, ids: IdGenerator) =>
      storage.open({ serializer, clock, ids }),
  },
  {
    provide: GroupQueue,
    inject: [ROOT, PipelineRegistry, STORAGE, FoldCache, Clock],
    useFactory: async (
      setup: EventSourcingSetup,
      pipelines: PipelineRegistry,
      { events, log, projections }: Storage,
      foldCache: FoldCache,
      clock: Clock,
    ) => {
      const queue = await setup.queue.open({ clock });
      const skips = new FoldSkips(log, projections, clock);
      const reactorSkips = new ReactorSkips(skips, projections);
      const processSkips = new ProcessSkips(events, new ProcessLog(events, foldCache), clock);
      return new SkippingQueue(queue, new SkippingControl(queue.control, pipelines, skips, reactorSkips, processSkips));
    },
  },
  {
    provide: RecurringJobs,
    // After the queue, which knows at once when its server is away.
    inject: [ROOT, Clock, LazyModuleLoader, GroupQueue],
    useFactory: ({ queue, role }: EventSourcingSetup, clock: Clock, loader: LazyModuleLoader) =>
      role === 'web'
        ? new InProcessRecurringJobs(clock)
        : queue.openRecurringJobs({ clock, loadModule: (module) => loader.load(() => module) }),
  },
  {
    provide: DistributedLock,
    inject: [ROOT, Clock],
    useFactory: ({ queue }: EventSourcingSetup, clock: Clock) => queue.openLocks({ clock }),
  },
  {
    provide: CommandEncoder,
    inject: [Validator, ROOT],
    useFactory: (validator: Validator, { maxCommandBytes }: EventSourcingSetup) =>
      new CommandEncoder(validator, maxCommandBytes),
  },
  {
    provide: CommandDispatcher,
    inject: [GroupQueue, CommandEncoder, IdGenerator, Clock, ROOT],
    useFactory: (
      queue: GroupQueue,
      encoder: CommandEncoder,
      ids: IdGenerator,
      clock: Clock,
      setup: EventSourcingSetup,
    ) => new CommandDispatcher(queue, encoder, ids, clock, { ...setup, sharedQueue: setup.queue.shared }),
  },
  {
    provide: Commands,
    inject: [PipelineRegistry, CommandDispatcher, GroupQueue, ProjectionRegistry, Consistency, ROOT],
    useFactory: (
      { commands }: PipelineRegistry,
      dispatcher: CommandDispatcher,
      queue: GroupQueue,
      projections: ProjectionRegistry,
      consistency: Consistency,
      { commandTimeoutMs }: EventSourcingSetup,
    ) =>
      new Commands(commands.values(), dispatcher, queue, new CommandWait(projections, consistency), commandTimeoutMs),
  },
  {
    provide: Consistency,
    inject: [ProjectionRegistry, STORAGE, VersionResolver, GroupQueue, EventRouter, ROOT],
    useFactory: createConsistency,
  },
  {
    provide: FoldCache,
    inject: [ROOT, Clock],
    useFactory: ({ foldCacheBytes }: EventSourcingSetup, clock: Clock) => new FoldCache(foldCacheBytes, clock),
  },
  {
    provide: FoldEvents,
    inject: [STORAGE, EventSerializer],
    useFactory: ({ events }: Storage, serializer: EventSerializer) => new FoldEvents(events, serializer),
  },
  {
    provide: FoldReplay,
    inject: [STORAGE, FoldEvents],
    useFactory: ({ events, projections }: Storage, foldEvents: FoldEvents) =>
      new FoldReplay(events, foldEvents, projections),
  },
  EventAnnouncer,
  UnknownCommands,
  {
    provide: RouteDirectory,
    inject: [PipelineRegistry, GroupQueue, Clock],
    useFactory: (pipelines: PipelineRegistry, { routes }: GroupQueue, clock: Clock) =>
      new RouteDirectory(componentRoutes(pipelines), routes, clock),
  },
  {
    provide: EventRouter,
    inject: [RouteDirectory],
    useFactory: (directory: RouteDirectory) => new EventRouter(directory),
  },
  {
    provide: RangeStaging,
    inject: [GroupQueue, EventRouter, RouteDirectory],
    useFactory: (queue: GroupQueue, router: EventRouter, directory: RouteDirectory) =>
      new RangeStaging(queue, router, directory),
  },
  {
    provide: DispatchStrikes,
    inject: [STORAGE, RangeStaging, Clock],
    useFactory: ({ events }: Storage, staging: RangeStaging, clock: Clock) =>
      new DispatchStrikes(events, staging, clock),
  },
  {
    provide: EventStore,
    inject: [STORAGE, GroupQueue, EventRouter, EventAnnouncer, DispatchStrikes, RangeStaging],
    useFactory: (
      { events }: Storage,
      queue: GroupQueue,
      router: EventRouter,
      announcer: EventAnnouncer,
      strikes: DispatchStrikes,
      staging: RangeStaging,
    ) => new DispatchingEventStore(events, queue, router, announcer, strikes, staging),
  },
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
    inject: [EventStore, STORAGE],
    useFactory: (store: EventStore, { projections }: Storage) =>
      new AggregateRepository(store, new Snapshots(projections)),
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
    inject: [PipelineRegistry, STORAGE, Clock],
    useFactory: (pipelines: PipelineRegistry, { events, projections }: Storage, clock: Clock) =>
      new ComponentBirths(pipelines, events, projections, clock),
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
    provide: EventSourcingRuntime,
    inject: [DiscoveryService, ...Object.values(RUNTIME_TOOLS)],
    useFactory: (discovery: DiscoveryService, ...made: readonly unknown[]) => {
      const tools = Object.keys(RUNTIME_TOOLS).map((name, index) => [name, made[index]] as const);
      return createRuntime(Object.fromEntries(tools) as unknown as RuntimeTools, discovery);
    },
  },
];

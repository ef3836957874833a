import { ConfigurableModuleBuilder, type DynamicModule, Global, Module, type Provider } from '@nestjs/common';
import { DiscoveryModule, DiscoveryService } from '@nestjs/core';
import { Clock } from './clock/clock.js';
import { SystemClock } from './clock/system-clock.js';
import { CommandDispatcher } from './commands/command-dispatcher.js';
import { CommandExecutor } from './commands/command-executor.js';
import { InProcessCommandOutcomes } from './commands/in-process-command-outcomes.js';
import type { EventSourcingModuleOptions } from './event-sourcing-options.js';
import { EventStore } from './event-store/event-store.js';
import { ClassValidatorValidator } from './events/class-validator.validator.js';
import { DEFAULT_MAX_EVENT_BYTES, EventSerializer } from './events/event-serializer.js';
import { EventTypeRegistry } from './events/event-type-registry.js';
import { IdGenerator } from './events/id-generator.js';
import { UuidIdGenerator } from './events/uuid-id-generator.js';
import { Validator } from './events/validator.js';
import { EventSourcingFeatureModule } from './pipeline/event-sourcing-feature.module.js';
import { PipelineExplorer } from './pipeline/pipeline-explorer.js';
import type { PipelineOptions } from './pipeline/pipeline-options.js';
import { PipelineRegistry } from './pipeline/pipeline-registry.js';
import { FoldExecutor } from './projections/fold-executor.js';
import { MapExecutor } from './projections/map-executor.js';
import { ProjectionRegistry } from './projections/projection-registry.js';
import { Projections } from './projections/projections.js';
import { GroupQueue } from './queue/group-queue.js';
import { inProcessQueue } from './queue/in-process/in-process-queue.adapter.js';
import type { QueueAdapter } from './queue/queue-adapter.js';
import { ReactorExecutor } from './reactors/reactor-executor.js';
import { CqrsBinding } from './runtime/cqrs-binding.js';
import { DispatchingEventStore } from './runtime/dispatching-event-store.js';
import { EventAnnouncer } from './runtime/event-announcer.js';
import { EventRouter } from './runtime/event-router.js';
import { EventSourcingHealth } from './runtime/event-sourcing-health.js';
import { EventSourcingRuntime } from './runtime/event-sourcing.runtime.js';
import { LaneWorker } from './runtime/lane-worker.js';
import { type ProcessRole, processRole } from './runtime/process-role.js';
import { Reconciler } from './runtime/reconciler.js';
import { RootCheck } from './runtime/root-check.js';
import { memory } from './storage/memory-storage.js';
import type { Storage, StorageAdapter } from './storage/storage.js';

const DEFAULT_COMMAND_TIMEOUT_MS = 30_000;
const DEFAULT_MAX_COMMAND_BYTES = 1_048_576;

const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN } = new ConfigurableModuleBuilder<EventSourcingModuleOptions>({
  moduleName: 'EventSourcing',
})
  .setClassMethodName('forRoot')
  .setFactoryMethodName('createEventSourcingOptions')
  .build();

/** The options with every default filled in, and the adapters chosen. */
interface Setup {
  readonly role: ProcessRole;
  readonly storage: StorageAdapter;
  readonly queue: QueueAdapter;
  readonly commandTimeoutMs: number;
  readonly maxEventBytes: number;
  readonly maxCommandBytes: number;
}

const SETUP = Symbol('event-sourcing:setup');
const STORAGE = Symbol('event-sourcing:storage');

const providers: Provider[] = [
  { provide: Clock, useClass: SystemClock },
  { provide: IdGenerator, inject: [Clock], useFactory: (clock: Clock) => new UuidIdGenerator(clock) },
  { provide: Validator, useFactory: () => ClassValidatorValidator.create() },
  EventTypeRegistry,
  PipelineRegistry,
  ProjectionRegistry,
  PipelineExplorer,
  CqrsBinding,
  EventAnnouncer,
  {
    provide: SETUP,
    inject: [MODULE_OPTIONS_TOKEN],
    useFactory: (options: EventSourcingModuleOptions): Setup => ({
      role: processRole(options.role),
      storage: options.eventStore ?? memory(),
      queue: options.queue ?? inProcessQueue(),
      commandTimeoutMs: options.commandTimeoutMs ?? DEFAULT_COMMAND_TIMEOUT_MS,
      maxEventBytes: options.maxEventBytes ?? DEFAULT_MAX_EVENT_BYTES,
      maxCommandBytes: options.maxCommandBytes ?? DEFAULT_MAX_COMMAND_BYTES,
    }),
  },
  {
    provide: EventSerializer,
    inject: [EventTypeRegistry, Validator, SETUP],
    useFactory: (types: EventTypeRegistry, validator: Validator, { maxEventBytes }: Setup) =>
      new EventSerializer(types, validator, maxEventBytes),
  },
  {
    provide: STORAGE,
    inject: [SETUP, EventSerializer, Clock, IdGenerator],
    useFactory: ({ storage }: Setup, serializer: EventSerializer, clock: Clock, ids: IdGenerator) =>
      storage.open({ serializer, clock, ids }),
  },
  {
    provide: GroupQueue,
    inject: [SETUP, Clock],
    useFactory: ({ queue }: Setup, clock: Clock) => queue.open({ clock }),
  },
  {
    provide: EventRouter,
    inject: [PipelineRegistry],
    useFactory: (pipelines: PipelineRegistry) => new EventRouter(pipelines),
  },
  {
    provide: EventStore,
    inject: [STORAGE, GroupQueue, EventRouter, EventAnnouncer],
    useFactory: (storage: Storage, queue: GroupQueue, router: EventRouter, announcer: EventAnnouncer) =>
      new DispatchingEventStore(storage.events, queue, router, announcer),
  },
  {
    provide: Projections,
    inject: [ProjectionRegistry, STORAGE],
    useFactory: (registry: ProjectionRegistry, { projections, records }: Storage) =>
      new Projections(registry, projections, records),
  },
  {
    provide: EventSourcingHealth,
    inject: [STORAGE],
    useFactory: (storage: Storage) => new EventSourcingHealth(storage),
  },
  {
    provide: EventSourcingRuntime,
    inject: [
      SETUP,
      STORAGE,
      GroupQueue,
      DiscoveryService,
      PipelineExplorer,
      CqrsBinding,
      EventTypeRegistry,
      PipelineRegistry,
      ProjectionRegistry,
      EventSerializer,
      EventRouter,
      EventAnnouncer,
      Validator,
      Clock,
      IdGenerator,
    ],
    useFactory: (
      setup: Setup,
      storage: Storage,
      queue: GroupQueue,
      discovery: DiscoveryService,
      explorer: PipelineExplorer,
      cqrs: CqrsBinding,
      eventTypes: EventTypeRegistry,
      pipelines: PipelineRegistry,
      projections: ProjectionRegistry,
      serializer: EventSerializer,
      router: EventRouter,
      announcer: EventAnnouncer,
      validator: Validator,
      clock: Clock,
      ids: IdGenerator,
    ) => {
      const { events, projections: rows, records } = storage;
      const outcomes = new InProcessCommandOutcomes(clock);
      return new EventSourcingRuntime({
        role: setup.role,
        rootCheck: new RootCheck(discovery, { ...setup, optionsToken: MODULE_OPTIONS_TOKEN }),
        explorer,
        cqrs,
        eventTypes,
        pipelines,
        projections,
        announcer,
        queue,
        storage,
        dispatcher: new CommandDispatcher(queue, outcomes, validator, ids, clock, {
          ...setup,
          sharedQueue: setup.queue.shared,
        }),
        reconciler: new Reconciler(pipelines, events, rows, records, queue, router),
        worker: new LaneWorker(
          pipelines,
          new CommandExecutor(pipelines.commands, events, ids),
          new FoldExecutor(events, rows, serializer),
          new MapExecutor(events, records, serializer),
          new ReactorExecutor(rows, serializer),
          router,
          announcer,
          outcomes,
        ),
      });
    },
  },
];

/**
 * Event sourcing for Nest: `forRoot()` once in the root module, `forFeature()` in each module with a pipeline.
 *
 * Global: `EventStore`, `Projections` and `EventSourcingHealth` are injectable everywhere.
 *
 * @publicApi
 */
@Global()
@Module({
  imports: [DiscoveryModule],
  providers,
  exports: [EventStore, Projections, EventSourcingHealth, Clock, IdGenerator],
})
export class EventSourcingModule extends ConfigurableModuleClass {
  /** Without options: memory, an in-process queue, the role `all` (or EVENT_SOURCING_ROLE), and a warning. */
  static override forRoot(options: EventSourcingModuleOptions = {}): DynamicModule {
    return super.forRoot(options);
  }

  /** Says that the importing module is a pipeline, to which its annotated providers belong. */
  static forFeature(options: PipelineOptions): DynamicModule {
    return EventSourcingFeatureModule.forFeature(options);
  }
}

import type { Provider } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { Announcements } from './announcements/announcements.js';
import { Clock } from './clock/clock.js';
import { CommandEncoder } from './commands/command-encoder.js';
import { CommandDispatcher } from './commands/command-dispatcher.js';
import { Commands } from './commands/commands.js';
import type { CommandMiddleware } from './commands/middleware/command-middleware.js';
import { CommandMiddlewares } from './commands/middleware/command-middlewares.js';
import { CommandWait } from './consistency/command-wait.js';
import { Consistency } from './consistency/consistency.js';
import { createConsistency } from './consistency/create-consistency.js';
import { EventStore } from './event-store/event-store.js';
import { EventSerializer } from './events/event-serializer.js';
import { IdGenerator } from './events/id-generator.js';
import { Validator } from './events/validator.js';
import { PipelineRegistry } from './pipeline/pipeline-registry.js';
import { ROOT } from './pipeline/root.token.js';
import { FoldCache } from './projections/fold-cache.js';
import { FoldEvents } from './projections/fold-events.js';
import { FoldReplay } from './projections/fold-replay.js';
import { ProjectionRegistry } from './projections/projection-registry.js';
import { VersionResolver } from './projections/versions/version-resolver.js';
import { GroupQueue } from './queue/group-queue.js';
import { componentRoutes } from './runtime/component-routes.js';
import { DispatchStrikes } from './runtime/dispatch-strikes.js';
import { DispatchingEventStore } from './runtime/dispatching-event-store.js';
import { EventAnnouncer } from './runtime/event-announcer.js';
import { EventRouter } from './runtime/event-router.js';
import type { EventSourcingSetup } from './runtime/event-sourcing-setup.js';
import { RangeStaging } from './runtime/range-staging.js';
import { RouteDirectory } from './runtime/route-directory.js';
import { UnknownCommands } from './runtime/unknown-commands.js';
import { LiveEvents } from './subscriptions/live/live-events.js';
import type { Storage } from './storage/storage.js';
import { STORAGE } from './storage/storage.token.js';

/** The way of commands into the queue, and of events out of the store to projections and reactors. */
export const dispatchProviders: Provider[] = [
  {
    provide: CommandEncoder,
    inject: [Validator, ROOT],
    useFactory: (validator: Validator, { maxCommandBytes }: EventSourcingSetup) =>
      new CommandEncoder(validator, maxCommandBytes),
  },
  {
    provide: CommandMiddlewares,
    inject: [PipelineRegistry, ModuleRef, ROOT],
    useFactory: ({ pipelines }: PipelineRegistry, moduleRef: ModuleRef, { commandMiddleware }: EventSourcingSetup) =>
      new CommandMiddlewares(
        (pipeline) => [
          ...commandMiddleware,
          ...(pipelines.find(({ name }) => name === pipeline)?.commandMiddleware ?? []),
        ],
        (one) => moduleRef.get<CommandMiddleware>(one, { strict: false }),
      ),
  },
  {
    provide: CommandDispatcher,
    inject: [GroupQueue, CommandEncoder, CommandMiddlewares, IdGenerator, Clock, ROOT],
    useFactory: (
      queue: GroupQueue,
      encoder: CommandEncoder,
      middlewares: CommandMiddlewares,
      ids: IdGenerator,
      clock: Clock,
      setup: EventSourcingSetup,
    ) => new CommandDispatcher(queue, encoder, middlewares, ids, clock, { ...setup, sharedQueue: setup.queue.shared }),
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
  {
    provide: Announcements,
    inject: [STORAGE, ROOT],
    useFactory: ({ announcements }: Storage, { queue }: EventSourcingSetup) =>
      new Announcements(announcements ?? queue.openAnnouncements?.()),
  },
  {
    provide: EventAnnouncer,
    inject: [Announcements],
    useFactory: (announcements: Announcements) => new EventAnnouncer(announcements),
  },
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
    provide: LiveEvents,
    inject: [STORAGE, Announcements, ROOT],
    useFactory: ({ events }: Storage, announcements: Announcements, { maxLiveReads }: EventSourcingSetup) =>
      new LiveEvents(events, announcements, { maxReads: maxLiveReads }),
  },
];

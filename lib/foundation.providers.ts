import type { Provider } from '@nestjs/common';
import { DiscoveryService, LazyModuleLoader, ModuleRef } from '@nestjs/core';
import { Clock } from './clock/clock.js';
import { SystemClock } from './clock/system-clock.js';
import { ClassValidatorValidator } from './events/class-validator.validator.js';
import { EventSerializer } from './events/event-serializer.js';
import { EventTypeRegistry } from './events/event-type-registry.js';
import { IdGenerator } from './events/id-generator.js';
import { UuidIdGenerator } from './events/uuid-id-generator.js';
import { Validator } from './events/validator.js';
import { MODULE_OPTIONS_TOKEN } from './event-sourcing.module-definition.js';
import { DistributedLock } from './locks/distributed-lock.js';
import { FeatureFlags } from './feature-flags/feature-flags.js';
import { PipelineRegistry } from './pipeline/pipeline-registry.js';
import { ROOT } from './pipeline/root.token.js';
import { FoldCache } from './projections/fold-cache.js';
import { FoldSkips } from './projections/fold-skips.js';
import { PROCESS_EVENTS } from './processes/stream/process-events.js';
import { ProcessLog } from './processes/process-log.js';
import { ProcessSkips } from './processes/process-skips.js';
import { Link } from './projections/links/link.event.js';
import { ProjectionRegistry } from './projections/projection-registry.js';
import { GroupQueue } from './queue/group-queue.js';
import { ReactorSkips } from './reactors/reactor-skips.js';
import { InProcessRecurringJobs } from './recurring-jobs/in-process/in-process-recurring-jobs.js';
import { RecurringJobs } from './recurring-jobs/recurring-jobs.js';
import type { EventSourcingSetup } from './runtime/event-sourcing-setup.js';
import { ProvidedFeatureFlags } from './runtime/provided-feature-flags.js';
import { resolveSetup } from './runtime/resolve-setup.js';
import { SkippingControl } from './runtime/skipping-control.js';
import { SkippingQueue } from './runtime/skipping-queue.js';
import { wire } from './runtime/wire.js';
import { PutAside } from './subscriptions/put-aside.js';
import { SubscriptionSkips } from './subscriptions/subscription-skips.js';
import type { Storage } from './storage/storage.js';
import { STORAGE } from './storage/storage.token.js';

/** What all else stands on: settings, what pipelines declare, the stores and the queue. Nothing is opened before the wiring is known to be right. */
export const foundationProviders: Provider[] = [
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
      const subscriptionSkips = new SubscriptionSkips(skips, new PutAside(projections, clock));
      return new SkippingQueue(
        queue,
        new SkippingControl(queue.control, pipelines, skips, reactorSkips, processSkips, subscriptionSkips),
      );
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
];

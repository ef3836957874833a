import type { InjectionToken, Provider } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import { Announcements } from './announcements/announcements.js';
import { Clock } from './clock/clock.js';
import { CommandEncoder } from './commands/command-encoder.js';
import { CommandDispatcher } from './commands/command-dispatcher.js';
import { CommandMiddlewares } from './commands/middleware/command-middlewares.js';
import { EventSerializer } from './events/event-serializer.js';
import { IdGenerator } from './events/id-generator.js';
import { DistributedLock } from './locks/distributed-lock.js';
import { FeatureFlags } from './feature-flags/feature-flags.js';
import { PipelineRegistry } from './pipeline/pipeline-registry.js';
import { ROOT } from './pipeline/root.token.js';
import { FoldCache } from './projections/fold-cache.js';
import { FoldEvents } from './projections/fold-events.js';
import { GroupQueue } from './queue/group-queue.js';
import { RecurringJobs } from './recurring-jobs/recurring-jobs.js';
import { ComponentBirths } from './runtime/component-births.js';
import { createRuntime } from './runtime/create-runtime.js';
import { DispatchStrikes } from './runtime/dispatch-strikes.js';
import { EventAnnouncer } from './runtime/event-announcer.js';
import { EventRouter } from './runtime/event-router.js';
import { EventSourcingRuntime } from './runtime/event-sourcing.runtime.js';
import { BuildLedger } from './runtime/builds/build-ledger.js';
import { UnbuiltVersions } from './runtime/builds/unbuilt-versions.js';
import { Reconciliation } from './runtime/reconciliation/reconciliation.js';
import { RangeStaging } from './runtime/range-staging.js';
import type { RuntimeTools } from './runtime/runtime-tools.js';
import { UnknownCommands } from './runtime/unknown-commands.js';
import { STORAGE } from './storage/storage.token.js';
import { dispatchProviders } from './dispatch.providers.js';
import { foundationProviders } from './foundation.providers.js';
import { projectionProviders } from './projection.providers.js';

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
  commandMiddlewares: CommandMiddlewares,
  dispatcher: CommandDispatcher,
  encoder: CommandEncoder,
  router: EventRouter,
  announcements: Announcements,
  announcer: EventAnnouncer,
  strikes: DispatchStrikes,
  staging: RangeStaging,
  unknownCommands: UnknownCommands,
  featureFlags: FeatureFlags,
  serializer: EventSerializer,
  clock: Clock,
  ids: IdGenerator,
} satisfies Record<keyof RuntimeTools, InjectionToken>;

/** In the order in which they come into being. */
export const eventSourcingProviders: Provider[] = [
  ...foundationProviders,
  ...dispatchProviders,
  ...projectionProviders,
  {
    provide: EventSourcingRuntime,
    inject: [DiscoveryService, ...Object.values(RUNTIME_TOOLS)],
    useFactory: (discovery: DiscoveryService, ...made: readonly unknown[]) => {
      const tools = Object.keys(RUNTIME_TOOLS).map((name, index) => [name, made[index]] as const);
      return createRuntime(Object.fromEntries(tools) as unknown as RuntimeTools, discovery);
    },
  },
];

import { type DynamicModule, Global, Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { AggregateRepository } from './aggregates/aggregate-repository.js';
import { Clock } from './clock/clock.js';
import { Commands } from './commands/commands.js';
import { Consistency } from './consistency/consistency.js';
import { EventStore } from './event-store/event-store.js';
import { ConfigurableModuleClass } from './event-sourcing.module-definition.js';
import { eventSourcingProviders } from './event-sourcing.providers.js';
import { IdGenerator } from './events/id-generator.js';
import { DistributedLock } from './locks/distributed-lock.js';
import { FeatureFlags } from './feature-flags/feature-flags.js';
import { LogMaintenance } from './maintenance/log-maintenance.js';
import { EventSourcingFeatureModule } from './pipeline/event-sourcing-feature.module.js';
import type { PipelineOptions } from './pipeline/pipeline-options.js';
import { ROOT } from './pipeline/root.token.js';
import { ProjectionReadersModule } from './projections/projection-readers.module.js';
import { Processes } from './processes/processes.js';
import { Projections } from './projections/projections.js';
import { GroupQueue } from './queue/group-queue.js';
import { RecurringJobs } from './recurring-jobs/recurring-jobs.js';
import { EventSourcingHealth } from './runtime/event-sourcing-health.js';
import type { EventSourcingModuleOptions } from './runtime/event-sourcing-options.js';
import { ProjectionMaintenance } from './runtime/projection-maintenance.js';
import { SubscriptionMaintenance } from './runtime/subscription-maintenance.js';
import { LiveEvents } from './subscriptions/live/live-events.js';
import { LaneDrainModule } from './runtime/lane-drain.module.js';

/**
 * Event sourcing for Nest: `forRoot()` once in the root module, `forFeature()` in each module with a pipeline.
 *
 * Global: `EventStore`, `Commands`, `AggregateRepository`, `Projections`, `Processes`, `Consistency`, `LiveEvents`, `GroupQueue`,
 * `LogMaintenance`, `ProjectionMaintenance`, `SubscriptionMaintenance`, `EventSourcingHealth`, `DistributedLock`,
 * `FeatureFlags`, `Clock` and `IdGenerator` are injectable everywhere.
 *
 * @publicApi
 */
@Global()
@Module({
  imports: [DiscoveryModule, LaneDrainModule, ProjectionReadersModule],
  providers: eventSourcingProviders,
  exports: [
    ROOT,
    EventStore,
    Commands,
    AggregateRepository,
    Projections,
    Processes,
    Consistency,
    LiveEvents,
    GroupQueue,
    RecurringJobs,
    DistributedLock,
    LogMaintenance,
    ProjectionMaintenance,
    SubscriptionMaintenance,
    EventSourcingHealth,
    FeatureFlags,
    Clock,
    IdGenerator,
  ],
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

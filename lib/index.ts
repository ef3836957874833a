export * from './aggregates/index.js';
export { Clock } from './clock/clock.js';
export * from './commands/index.js';
export * from './consistency/index.js';
export * from './errors/index.js';
export { EventSourcingModule } from './event-sourcing.module.js';
export type {
  EventSourcingModuleOptions,
  EventSourcingOptionsFactory,
  FeatureFlagsClass,
} from './runtime/event-sourcing-options.js';
export * from './event-store/index.js';
export * from './events/index.js';
export * from './locks/index.js';
export * from './feature-flags/index.js';
export * from './maintenance/index.js';
export type { PipelineOptions } from './pipeline/pipeline-options.js';
export { WiringError } from './pipeline/wiring.error.js';
export * from './processes/index.js';
export * from './projections/index.js';
export * from './queue/index.js';
export type * from './recurring-jobs/index.js';
export * from './reactors/index.js';
export { EventSourcingHealth, type EventSourcingReport } from './runtime/event-sourcing-health.js';
export type { ProjectionBuildStatus } from './runtime/builds/projection-build-status.js';
export { ProjectionMaintenance, type ReconcileOptions } from './runtime/projection-maintenance.js';
export type { RetiredSubscription } from './runtime/retirement/retired-subscription.js';
export type { RetiredVersion } from './runtime/retirement/retired-version.js';
export { SubscriptionInUseError } from './runtime/retirement/subscription-in-use.error.js';
export { VersionActiveError } from './runtime/retirement/version-active.error.js';
export { VersionInUseError } from './runtime/retirement/version-in-use.error.js';
export { SubscriptionMaintenance } from './runtime/subscription-maintenance.js';
export type { ProcessRole } from './runtime/process-role.js';
export { UnknownComponentError } from './runtime/unknown-component.error.js';
export { memory } from './storage/memory-storage.js';
export type { Storage, StorageAdapter, StorageContext } from './storage/storage.js';
export * from './subscriptions/index.js';
export * from './tenancy/index.js';

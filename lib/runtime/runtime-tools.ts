import type { Clock } from '../clock/clock.js';
import type { CommandDispatcher } from '../commands/command-dispatcher.js';
import type { EventSerializer } from '../events/event-serializer.js';
import type { IdGenerator } from '../events/id-generator.js';
import type { DistributedLock } from '../locks/distributed-lock.js';
import type { FeatureFlags } from '../feature-flags/feature-flags.js';
import type { PipelineRegistry } from '../pipeline/pipeline-registry.js';
import type { FoldCache } from '../projections/fold-cache.js';
import type { FoldEvents } from '../projections/fold-events.js';
import type { GroupQueue } from '../queue/group-queue.js';
import type { RecurringJobs } from '../recurring-jobs/recurring-jobs.js';
import type { Storage } from '../storage/storage.js';
import type { BuildLedger } from './builds/build-ledger.js';
import type { UnbuiltVersions } from './builds/unbuilt-versions.js';
import type { ComponentBirths } from './component-births.js';
import type { DispatchStrikes } from './dispatch-strikes.js';
import type { EventAnnouncer } from './event-announcer.js';
import type { EventRouter } from './event-router.js';
import type { EventSourcingSetup } from './event-sourcing-setup.js';
import type { RangeStaging } from './range-staging.js';
import type { Reconciliation } from './reconciliation/reconciliation.js';
import type { UnknownCommands } from './unknown-commands.js';

/** What the runtime is made of. */
export interface RuntimeTools {
  readonly setup: EventSourcingSetup;
  readonly pipelines: PipelineRegistry;
  readonly storage: Storage;
  readonly queue: GroupQueue;
  readonly foldCache: FoldCache;
  readonly foldEvents: FoldEvents;
  readonly ledger: BuildLedger;
  readonly births: ComponentBirths;
  readonly unbuilt: UnbuiltVersions;
  readonly reconciliation: Reconciliation;
  readonly recurringJobs: RecurringJobs;
  readonly locks: DistributedLock;
  readonly dispatcher: CommandDispatcher;
  readonly router: EventRouter;
  readonly announcer: EventAnnouncer;
  readonly strikes: DispatchStrikes;
  readonly staging: RangeStaging;
  readonly unknownCommands: UnknownCommands;
  readonly featureFlags: FeatureFlags;
  readonly serializer: EventSerializer;
  readonly clock: Clock;
  readonly ids: IdGenerator;
}

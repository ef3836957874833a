import type { CommandMiddlewareClass } from '../commands/middleware/command-middleware.js';
import type { FeatureFlags } from '../feature-flags/feature-flags.js';
import type { QueueAdapter } from '../queue/queue-adapter.js';
import type { StorageAdapter } from '../storage/storage.js';
import type { FeatureFlagsClass } from './event-sourcing-options.js';
import type { ProcessRole } from './process-role.js';

/** The options of `forRoot()` with every default filled in. */
export interface EventSourcingSetup {
  readonly role: ProcessRole;
  readonly storage: StorageAdapter;
  /** Whether the storage was chosen, or is the default. */
  readonly storageNamed: boolean;
  readonly queue: QueueAdapter;
  readonly commandMiddleware: readonly CommandMiddlewareClass[];
  readonly commandTimeoutMs: number;
  readonly sweepIntervalMs: number;
  readonly maxEventBytes: number;
  readonly maxCommandBytes: number;
  readonly foldCacheBytes: number;
  readonly maxLiveReads: number;
  readonly checkPurity: boolean;
  readonly rebuilds: Readonly<Record<string, number>>;
  readonly featureFlags: FeatureFlags | FeatureFlagsClass;
  readonly flagCacheMs: number;
  readonly flagRecheckMs: number;
  readonly flagTimeoutMs: number;
}

import type { CommandMiddlewareClass } from '../commands/middleware/command-middleware.js';
import type { FeatureFlags } from '../feature-flags/feature-flags.js';
import type { ProcessRole } from './process-role.js';
import type { QueueAdapter } from '../queue/queue-adapter.js';
import type { StorageAdapter } from '../storage/storage.js';

/**
 * Options of `EventSourcingModule.forRoot()`.
 *
 * @publicApi
 */
export interface EventSourcingModuleOptions {
  /** What this process does. @default the environment variable EVENT_SOURCING_ROLE, else `all` */
  readonly role?: ProcessRole;
  /** Where events and projections are kept. @default memory(), with a warning: everything is gone with the process */
  readonly eventStore?: StorageAdapter;
  /** What carries commands and events to their handlers. @default inProcessQueue() */
  readonly queue?: QueueAdapter;
  /**
   * What stands around the dispatch and the handling of all commands: classes of providers of the application, the outermost
   * first; that of `forFeature()` stands inside. @default none
   */
  readonly commandMiddleware?: readonly CommandMiddlewareClass[];
  /**
   * How long the outcome of a command is waited for: by `Commands.run()`, and by `commandBus.execute()` where the queue is
   * in process; milliseconds. @default 10_000
   */
  readonly commandTimeoutMs?: number;
  /**
   * How often one of the workers looks for events that were appended and never staged, and how long it leaves them to the
   * process that appended them; milliseconds. @default 30_000
   */
  readonly sweepIntervalMs?: number;
  /** Bound of one event as JSON; bytes. @default 1_048_576 */
  readonly maxEventBytes?: number;
  /** Bound of one command as JSON; bytes. @default 1_048_576 */
  readonly maxCommandBytes?: number;
  /**
   * Bound of the states of folds that a process remembers, so that it need not load them for the next events; bytes of
   * them as JSON. 0 remembers none. @default 33_554_432
   */
  readonly foldCacheBytes?: number;
  /**
   * Bound of the pages that the streams of `LiveEvents` in this process read from the event store at once, so that whoever
   * appends does not wait behind those who watch. @default 4
   */
  readonly maxLiveReads?: number;
  /**
   * Whether folds are checked to be pure while they run: each event is applied twice, to a frozen state and to that state
   * as it is stored, and what differs is an `ImpureFoldError`. Makes folds several times slower.
   *
   * @default true unless the environment variable NODE_ENV is `production`
   */
  readonly checkPurity?: boolean;
  /**
   * How often each projection, by its name, was to be built anew although its code is the same: its version is that of its
   * decorator plus this number. Raise it, and from the next start on the projection is built from the log, beside the one
   * that is read. Keep it, also when the decorator gets a new version; lower it never. The same in all processes.
   *
   * @default none
   */
  readonly rebuilds?: Readonly<Record<string, number>>;
  /**
   * Holds work by component and tenant: an object, or the class of a provider of the application, with dependencies of
   * its own and not request-scoped. @default everything is on
   */
  readonly featureFlags?: FeatureFlags | FeatureFlagsClass;
  /** How long what a feature flag said holds, so that it is not asked for each batch; milliseconds from 0. @default 1_000 */
  readonly flagCacheMs?: number;
  /** How long after it was switched on again work that was held goes on at the latest; milliseconds. @default 5_000 */
  readonly flagRecheckMs?: number;
  /** How long a feature flag may take to answer; no answer means on; milliseconds. @default 500 */
  readonly flagTimeoutMs?: number;
}

/** A class that Nest makes, and that knows which work may be done. @publicApi */
export type FeatureFlagsClass = abstract new (...args: never[]) => FeatureFlags;

/**
 * What a class gives `EventSourcingModule.forRootAsync({ useClass })` or `{ useExisting }`.
 *
 * @publicApi
 */
export interface EventSourcingOptionsFactory {
  createEventSourcingOptions(): Promise<EventSourcingModuleOptions> | EventSourcingModuleOptions;
}

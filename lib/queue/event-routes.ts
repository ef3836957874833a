import type { EventRoute } from './event-route.js';

/** A route that is live. @publicApi */
export interface LiveRoute extends EventRoute {
  /** Another text than before says that it was not live meanwhile: events may have been dispatched without it. */
  readonly since: string;
}

/** The routes that are live at one time. @publicApi */
export interface LiveRoutes {
  /** Names the set: of two sets that differ, the revisions differ as well. Empty while there are none. */
  readonly revision: string;
  readonly routes: readonly LiveRoute[];
  /** False when there are others, of a release whose routes this one cannot read. */
  readonly complete: boolean;
}

/**
 * Which components are fed with events, over all processes that the queue reaches: in a deploy, a process stages also for
 * those that it does not have itself.
 *
 * @publicApi
 */
export interface EventRoutes {
  /**
   * Keeps the routes of a consumer live until its queue drains, and for a bounded time after. Once they are, and again
   * whenever they were not for a while, calls `compare`: events may have been dispatched without them, so it is to stage
   * what the log has and they lack.
   *
   * Called at most once. Resolves when the first call of `compare` has, and rejects when that does; one that rejects is
   * repeated.
   */
  keep(routes: readonly EventRoute[], compare: () => Promise<void>): Promise<void>;

  /** Keeps them at once, as it does again and again: for who has found out that they may be gone. @throws QueueUnavailableError */
  renew(): Promise<void>;

  /** @throws QueueUnavailableError */
  live(): Promise<LiveRoutes>;
}

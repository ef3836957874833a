import type { EventRoute } from './event-route.js';

/** The routes that are live at one time. @publicApi */
export interface LiveRoutes {
  /** Names the set: of two sets that differ, the revisions differ as well. Empty while there are none. */
  readonly revision: string;
  readonly routes: readonly EventRoute[];
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
   * what the log has and they lack. What was not compared to its end is compared again, by whoever keeps the same routes.
   *
   * Called at most once. Resolves when the first call of `compare` has, and rejects when that does; later ones are repeated.
   */
  keep(routes: readonly EventRoute[], compare: () => Promise<void>): Promise<void>;

  /** @throws QueueUnavailableError */
  live(): Promise<LiveRoutes>;
}

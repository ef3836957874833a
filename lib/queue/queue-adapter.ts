import type { AnnouncementChannel } from '../announcements/announcement-channel.js';
import type { Clock } from '../clock/clock.js';
import type { DistributedLock } from '../locks/distributed-lock.js';
import type { RecurringJobs } from '../recurring-jobs/recurring-jobs.js';
import type { RecurringJobsContext } from '../recurring-jobs/recurring-jobs-context.js';
import type { GroupQueue } from './group-queue.js';

/** What an adapter needs from the module that opens it. @publicApi */
export interface QueueContext {
  readonly clock: Clock;
}

/**
 * A queue as it is named in the options of `forRoot()`: what `inProcessQueue()` returns.
 *
 * @publicApi
 */
export interface QueueAdapter {
  /** For log lines and errors. */
  readonly name: string;
  /** True where a job staged in one process can be worked off in another. */
  readonly shared: boolean;
  /** Called once, at boot. */
  open(context: QueueContext): Promise<GroupQueue>;
  /** What is not ordered by lane, over all processes that the queue reaches. Called once, at boot, in all roles but `web`. */
  openRecurringJobs(context: RecurringJobsContext): Promise<RecurringJobs>;
  /** Locks over all processes that the queue reaches. Called once, at boot; it need not reach the server before it is used. */
  openLocks(context: QueueContext): Promise<DistributedLock>;
  /**
   * Announcements over all processes that the queue reaches, for a store that has no channel of its own. It reaches out to
   * the server once it is used. @default none
   */
  openAnnouncements?(): AnnouncementChannel;
}

import type { DispatchedRange } from '../event-store/undispatched-stream.js';
import type { GroupQueue } from '../queue/group-queue.js';
import type { EventRouter } from './event-router.js';
import { FedComponents } from './fed-components.js';
import type { RouteDirectory } from './route-directory.js';

/** How often routes may change while the same events are staged; then they are left to the next sweep. */
const MAX_ROUNDS = 5;

/**
 * Stages events for every component that is live, those of other releases included, before they are struck off the list of
 * undispatched streams. Nothing is struck before a look at the revision of the routes, which was taken after the events
 * were in the log, has found the one by which they were staged.
 *
 * So each event reaches each component C: `keep()` puts C on record before it is compared with the log. When the look was
 * taken after that, C was known, and the event is staged for it. When it was taken before, the event was in the log before
 * the comparison began, which finds it. Who dies before it strikes leaves the event to a sweep, which does the same.
 * When C goes off the record, it is put there again, and compared again, by whoever still has it.
 */
export class RangeStaging {
  constructor(
    private readonly queue: GroupQueue,
    private readonly router: EventRouter,
    private readonly directory: RouteDirectory,
  ) {}

  /** Stages ranges, to be read from the log, and says whether they may be struck. @throws QueueUnavailableError */
  stage(ranges: readonly DispatchedRange[]): Promise<boolean> {
    return this.complete(ranges, FedComponents.NONE, '');
  }

  /** Whether what was staged may be struck as it is. @param revision of the routes after that; absent when nothing was staged */
  isComplete(staged: FedComponents, revision: string | undefined): boolean {
    return revision !== undefined && staged.revision === revision && staged.complete;
  }

  /**
   * Stages ranges also for the components that have come since.
   *
   * @param staged for which they were staged
   * @param revision of the routes after that; absent when there was nothing to stage
   * @returns whether they may be struck
   * @throws QueueUnavailableError
   */
  async complete(ranges: readonly DispatchedRange[], staged: FedComponents, revision?: string): Promise<boolean> {
    let known = staged;
    let current = revision ?? (await this.queue.stage([]));
    for (let round = 0; known.revision !== current; round += 1) {
      if (round === MAX_ROUNDS) return false;
      const fed = await this.directory.load();
      current = await this.queue.stage(ranges.flatMap((range) => this.router.routeRange(range, fed, known)));
      known = fed;
    }
    return known.complete;
  }
}

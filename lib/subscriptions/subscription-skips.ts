import type { FoldSkips } from '../projections/fold-skips.js';
import type { EventRangeJob } from '../queue/job.js';
import type { Lane } from '../queue/lane.js';
import type { OperatorNote } from '../queue/queue-control.js';
import type { PutAside } from './put-aside.js';
import type { SubscriptionDefinition } from './subscription-definition.js';
import { cursorKey } from './subscription-streams.js';

/** What operators let a subscription pass, on record: it would find it in the log again and again. */
export class SubscriptionSkips {
  constructor(
    private readonly skips: FoldSkips,
    private readonly putAside: PutAside,
  ) {}

  /** Passes the event at which a lane is parked: the next one past its cursor. @returns whether there was one */
  async skipNext(
    subscription: SubscriptionDefinition,
    lane: Lane,
    job: EventRangeJob,
    note: OperatorNote,
  ): Promise<boolean> {
    const { types, route, sources } = subscription;
    const key = cursorKey(subscription, lane);
    const skipped = await this.skips.skipAfter(key, { types, ...(route && { sources }) }, lane, note, job.to);
    return skipped !== undefined;
  }

  /** Gives up what was put aside of the part of a stream that a job speaks of. */
  giveUp(
    subscription: SubscriptionDefinition,
    lane: Lane,
    { from, to }: EventRangeJob,
    note: OperatorNote,
  ): Promise<void> {
    return this.putAside.giveUp(cursorKey(subscription, lane), from, to, note);
  }
}

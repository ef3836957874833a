import { Injectable } from '@nestjs/common';
import type { RetiredSubscription } from './retirement/retired-subscription.js';
import { SubscriptionRetirement } from './retirement/subscription-retirement.js';

/**
 * What operators do with subscriptions. Injectable in every role.
 *
 * @publicApi
 */
@Injectable()
export class SubscriptionMaintenance {
  constructor(private readonly retirement: SubscriptionRetirement) {}

  /**
   * Removes what is left of a subscription that no process runs any more: how far it came, what was put aside or skipped,
   * its partitions, and what waits for it in the queue. No other one is touched, and no event. Do it when the release that
   * has it is gone for good: one of this name that comes up later begins anew.
   *
   * May take long. May be repeated after any failure, and when a process of the old release came up meanwhile.
   *
   * @param name of the subscription, whose class may be gone
   * @returns what was removed
   * @throws InvalidArgumentError for a name that is none
   * @throws SubscriptionInUseError when this process runs it, or a worker that was heard of lately
   * @throws StoreUnavailableError, QueueUnavailableError; then some of it may be left. Repeat it
   */
  retire(name: string): Promise<RetiredSubscription> {
    return this.retirement.retire(name);
  }
}

import type { RouteDefinition } from '../projections/links/route-definition.js';
import type { EventRangeJob } from '../queue/job.js';
import type { LaneBatch, LaneOutcome } from '../queue/lane-batch.js';
import type { SubscriptionDefinition } from '../subscriptions/subscription-definition.js';
import type { SubscriptionExecutor } from '../subscriptions/subscription-executor.js';
import type { ComponentBirths } from './component-births.js';

/** Lets events come into partitions, and tells subscriptions. */
export class SubscriptionWork {
  constructor(
    private readonly subscriptions: SubscriptionExecutor,
    private readonly births: ComponentBirths,
  ) {}

  tell(subscription: SubscriptionDefinition, batch: LaneBatch<EventRangeJob>): Promise<LaneOutcome> {
    return this.subscriptions.execute(subscription, batch);
  }

  /** How the events of a batch come into partitions: those from before the subscription begins into none. */
  async route(
    subscription: SubscriptionDefinition,
    route: RouteDefinition,
    { lane: { tenantId }, jobs, redelivered }: LaneBatch<EventRangeJob>,
  ): Promise<RouteDefinition> {
    // What is read from the log may have come there by an import, since this process began.
    if (redelivered || jobs.some(({ events }) => events === null)) await this.births.refresh(tenantId);
    const beginsAt = this.births.ofSubscription(subscription, tenantId);
    const { key } = route.options;
    return {
      ...route,
      options: { ...route.options, key: (event) => (event.recordedAt.getTime() < beginsAt ? [] : key!(event)) },
    };
  }
}

import { PutAside } from '../subscriptions/put-aside.js';
import { SubscriptionExecutor } from '../subscriptions/subscription-executor.js';
import type { RuntimeTools } from './runtime-tools.js';
import { SubscriptionWork } from './subscription-work.js';

/** Puts together what works off the lanes of subscriptions. */
export function createSubscriptionWork({ storage, queue, foldEvents, births, clock }: RuntimeTools): SubscriptionWork {
  const { events: store, projections } = storage;
  const executor = new SubscriptionExecutor({
    ...{ store, projections, events: foldEvents },
    putAside: new PutAside(projections, clock),
    stage: (jobs) => queue.stage(jobs),
    beginsAt: async (subscription, tenantId, readsLog) => {
      if (readsLog) await births.refresh(tenantId);
      return births.ofSubscription(subscription, tenantId);
    },
  });
  return new SubscriptionWork(executor, births);
}

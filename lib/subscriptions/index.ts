export * from './event-put-aside.error.js';
export {
  EventSubscription,
  type EventSubscriptionOptions,
  type SubscriptionStart,
} from './event-subscription.decorator.js';
export type { SubscriptionContext, SubscriptionHandler } from './subscription-handler.js';
export type { SubscriptionQuery } from './subscription-query.js';

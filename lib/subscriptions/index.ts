export * from './event-put-aside.error.js';
export {
  EventSubscription,
  type EventSubscriptionOptions,
  type SubscriptionStart,
} from './event-subscription.decorator.js';
export * from './live/client-stalled.error.js';
export { LiveEvents } from './live/live-events.js';
export type { LiveEvent, LiveOptions, LiveStart } from './live/live-options.js';
export type { SseRequest } from './live/sse-client.js';
export type { SseOptions } from './live/sse-options.js';
export type { SubscriptionContext, SubscriptionHandler } from './subscription-handler.js';
export type { SubscriptionQuery } from './subscription-query.js';

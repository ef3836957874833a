export { EventForwarder, type EventForwarderOptions } from './event-forwarder.js';
export type { ForwardTarget } from './forward-target.js';
export type { ForwardedEvent } from './forwarded-event.js';
export * from './forwarding-failed.error.js';
export { type ForwardQueue, toQueue } from './to-queue.js';
export { type ForwardRedis, type RedisStreamOptions, toRedisStream } from './to-redis-stream.js';

export { BatchAbort } from './batch-abort.js';
export type { EventRoute } from './event-route.js';
export type { EventRoutes, LiveRoute, LiveRoutes } from './event-routes.js';
export { GroupQueue, type QueueDepth } from './group-queue.js';
export * from './handler-timeout.error.js';
export * from './invalid-outcome.error.js';
export { inProcessQueue } from './in-process/in-process-queue.adapter.js';
export type { InProcessQueueOptions } from './in-process/in-process-queue-options.js';
export type { JobAnswer } from './job-answer.js';
export type {
  CommandJob,
  CommandReply,
  CommandSender,
  EventRangeJob,
  Job,
  OutboxJob,
  ReactorJob,
  TimerJob,
} from './job.js';
export type { Lane, LaneComponent, LaneKind } from './lane.js';
export type { LaneBatch, LaneOutcome } from './lane-batch.js';
export type { KnownComponent, LaneConsumer } from './lane-consumer.js';
export type { LanePolicy } from './lane-policy.js';
export type { Once } from './once.js';
export type { QueueAdapter, QueueContext } from './queue-adapter.js';
export type * from './queue-control.js';
export type { QueueUsage } from './queue-usage.js';
export * from './queue-full.error.js';
export type { StagedJob } from './staged-job.js';
export type { Debounce, Dedupe, JobTiming, Ranked, Throttle } from './timing.js';

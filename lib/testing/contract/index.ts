export type { SuiteOptions } from './contract-test.js';
export { eventStoreSuite, type EventStoreSuiteOptions, type OpenedEventStore } from './event-store.suite.js';
export type { QueueLimits } from './group-queue/group-queue-cases.js';
export { groupQueueSuite, type GroupQueueSuiteOptions } from './group-queue.suite.js';
export { type OpenedProjectionStore, projectionStoreSuite } from './projection-store.suite.js';
export { type OpenedRecordStore, recordStoreSuite } from './record-store.suite.js';
export type { Describe, Expect, Hook, Matchers, TestRunner } from './test-runner.js';

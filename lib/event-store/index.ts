export * from './append-options.js';
export * from './append-outcome-unknown.error.js';
export type { AppendResult } from './append-result.js';
export { EventStore } from './event-store.js';
export type { ReadOptions } from './read-options.js';
export * from './store-unavailable.error.js';
export type { HeadsQuery, StreamHead } from './stream-head.js';
export type { StreamId } from './stream-id.js';
export * from './wrong-expected-sequence.error.js';

export type { ContentEventStoreOptions } from './content-event-store.js';
export * from './context-changed.error.js';
export { createFilter } from './create-filter.js';
export { createQuery } from './create-query.js';
export type { Event, EventRecord } from './event.js';
export type { EventFilter, EventQuery, QueryOptions } from './event-filter.js';
export type { EventStore, EventSubscription, HandleEvents, QueryResult } from './event-store.js';
export { MemoryEventStore } from './memory-event-store.js';
export { PostgresEventStore, type PostgresEventStoreOptions } from './postgres-event-store.js';

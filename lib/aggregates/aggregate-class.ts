import type { EventSourcedAggregate } from './event-sourced-aggregate.js';

/** A class marked with `@Aggregate`. @publicApi */
export type AggregateClass<A extends EventSourcedAggregate> = new (id: string) => A;

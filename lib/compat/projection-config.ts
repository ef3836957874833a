import type { EventRecord } from './event.js';

/** Brings one event into a read model. It may be called again with the same event: when it rejects, and after a restart. @publicApi */
export type ProjectEvent = (event: EventRecord) => Promise<void>;

/** Which events a listener hands to whom. @typeParam T the types of the events @publicApi */
export interface ProjectionConfig<T extends string = string> {
  readonly eventTypes: readonly T[];
  /** One for each type. */
  readonly handlers: Readonly<Record<T, ProjectEvent>>;
}

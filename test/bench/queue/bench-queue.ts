import type { StoredEvent } from '../../../lib/events/stored-event.js';

/** A queue as the measurements use it. */
export interface BenchQueue {
  add(event: StoredEvent): Promise<unknown>;
  addAll(events: readonly StoredEvent[]): Promise<unknown>;
  /** Begins to work off what waits. A promise that `take` returns is waited for. */
  work(take: (event: StoredEvent) => Promise<unknown> | void): void;
  close(): Promise<unknown>;
}

import type { EventStore, StreamId } from '@event-sourcing/nestjs';

/** What decisions about an aggregate need to know of it. */
export interface History<S> {
  /** Reads it from the log, which alone is never behind. */
  read(log: EventStore, stream: StreamId): Promise<S>;
}

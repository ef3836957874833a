import type { EventId } from '../events/event-id.js';

/** One row of a fold. @publicApi */
export interface ProjectionItem<S> {
  readonly id: string;
  readonly state: S;
  /** The last sequence of its stream that the state covers. */
  readonly sequence: number;
  /** When the last covered event was recorded. */
  readonly updatedAt: Date;
}

/** @publicApi */
export interface ProjectionList<S> {
  readonly items: readonly ProjectionItem<S>[];
  /** How many rows satisfy the filter. */
  readonly total: number;
  /**
   * False while the projection is built for the first time, on a log with history: there may be more than is listed. A new
   * version of it is listed from when it is complete, and the version before until then.
   */
  readonly complete: boolean;
}

/** One record of a map. @publicApi */
export interface ProjectionRecord<R> {
  readonly record: R;
  readonly eventId: EventId;
  /** The sequence of the event that it was made of. */
  readonly sequence: number;
  readonly recordedAt: Date;
}

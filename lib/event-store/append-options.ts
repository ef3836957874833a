import type { EventQuery } from './event-query.js';
import type { LogPosition } from './log-position.js';

/**
 * What must be true of a stream for an append to take place: its last sequence (`0` for a stream without events),
 * or one of the words.
 *
 * @publicApi
 */
export type ExpectedSequence = number | 'any' | 'no-stream' | 'stream-exists';

/**
 * A consistency boundary that is a query instead of a stream: the append takes place only when no event of the tenant
 * that matches stands after the position.
 *
 * Decide on what `readAll` gave for the query, and append with the position of its last event; when there was none,
 * with what `position()` gave before the read.
 *
 * @publicApi
 */
export interface AppendCondition {
  readonly query: EventQuery;
  /** Up to where the decision knows the log. @default the beginning: no event may match at all */
  readonly after?: LogPosition;
}

/** @publicApi */
export interface AppendOptions {
  /** @default 'any' */
  readonly expectedSequence?: ExpectedSequence;
  /**
   * Makes the append idempotent: within one stream, a later append with the same key stores nothing and returns the
   * result of the first, whatever it expected and whatever its events are. 1 to 512 UTF-8 bytes.
   */
  readonly key?: string;
  /**
   * When that came about which the key stands for, by the times of this store (`RecordedEvent.recordedAt`); the same for
   * every append with the key. So a store need not look for the key among what was recorded before, which counts in
   * streams of millions of events.
   *
   * @default unknown
   */
  readonly keySince?: Date;
  /** What must not have happened for the append to take place. Not on ClickHouse. @default nothing */
  readonly condition?: AppendCondition;
}

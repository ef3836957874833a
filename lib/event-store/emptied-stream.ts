import type { StreamId } from './stream-id.js';

/** A stream whose events up to `head` were removed by retention. Its sequences go on after them. */
export interface EmptiedStream extends StreamId {
  /** Last sequence that was removed. */
  readonly head: number;
  /** When the event of that sequence was recorded; milliseconds since the epoch. */
  readonly recordedAt: number;
}

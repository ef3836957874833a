import type { StreamId } from '../stream-id.js';

/** A stream with events that nobody has said to be dispatched. */
export interface UndispatchedStream {
  readonly stream: StreamId;
  /** Sequence of the first of them. */
  readonly from: number;
  /** Sequence of the last. It may never have been stored: the note is made before the insert. */
  readonly sequence: number;
  /** When the first of them was noted. */
  readonly since: Date;
}

/** Events of one stream that were handed on. */
export interface DispatchedStream {
  readonly stream: StreamId;
  /** First sequence; 1 says that all up to `sequence` were. @default 1 */
  readonly from?: number;
  readonly sequence: number;
}

export interface UndispatchedQuery {
  /** Least age: above the time that an append takes with all that follows. */
  readonly olderThanMs: number;
  readonly limit: number;
}

/**
 * Which streams have events that nobody has said to be dispatched, so that none is forgotten when a process dies between
 * an append and what follows. A stream is noted before its events are stored and struck afterwards, so it may stand here
 * without need, but never lacks with need. A strike that leaves a gap before it takes nothing off.
 */
export interface UndispatchedList {
  /** Oldest first. */
  list(query: UndispatchedQuery): Promise<readonly UndispatchedStream[]>;
  strike(streams: readonly DispatchedStream[]): Promise<void>;
}

import type { StreamId } from './stream-id.js';

/** Events of one stream that were dispatched: `from` to `to`, both inclusive. @publicApi */
export interface DispatchedRange {
  readonly stream: StreamId;
  readonly from: number;
  readonly to: number;
}

/** A stream with events of which nobody has said that they were dispatched. @publicApi */
export interface UndispatchedStream extends DispatchedRange {
  /** When the oldest of them was appended, by the store's clock. */
  readonly since: Date;
}

/** @publicApi */
export interface UndispatchedQuery {
  /** Only streams that have waited for at least so long. */
  readonly olderThanMs: number;
  /** Most streams to return, 1 to 10,000; those that wait longest come first. */
  readonly limit: number;
}

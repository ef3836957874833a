import type { RecordedEvent } from '../events/recorded-event.js';

/** One event with its place in the stream that is folded. */
export interface FoldInput {
  readonly sequence: number;
  readonly event: RecordedEvent;
}

/**
 * What must be true of a stream for an append to take place: its last sequence (`0` for a stream without events),
 * or one of the words.
 *
 * @publicApi
 */
export type ExpectedSequence = number | 'any' | 'no-stream' | 'stream-exists';

/** @publicApi */
export interface AppendOptions {
  /** @default 'any' */
  readonly expectedSequence?: ExpectedSequence;
  /**
   * Makes the append idempotent: within one stream, a later append with the same key stores nothing and returns the
   * result of the first, whatever it expected and whatever its events are. 1 to 512 UTF-8 bytes.
   */
  readonly key?: string;
}

/** What `importLog()` did. @publicApi */
export interface ImportResult {
  /** Events that were stored. */
  readonly events: number;
  /** Events that were there already, by an earlier import that was cut. */
  readonly skipped: number;
  /** Streams that retention had emptied in the source. */
  readonly emptiedStreams: number;
}

/** How much `forgetTenant()` removed. @publicApi */
export interface ForgottenTenant {
  /** Jobs that waited in the queue. */
  readonly jobs: number;
  readonly events: number;
  /** Streams, those that retention had emptied included. */
  readonly streams: number;
  /** Rows of folds, deleted ones included. */
  readonly projectionRows: number;
  /** Records of maps, those of events that were mapped to nothing included. */
  readonly records: number;
}

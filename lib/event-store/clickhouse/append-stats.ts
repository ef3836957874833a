/** What the writer has done since it was opened. */
export interface AppendStats {
  /** Appends that were stored. */
  appends: number;
  /** Events that were stored. */
  events: number;
  /** Batches that were sent. */
  batches: number;
  /** Insert statements that were sent, repeats included. */
  inserts: number;
  /** Queries that read the states of streams. */
  loads: number;
}

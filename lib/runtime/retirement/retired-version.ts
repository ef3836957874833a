/** What was removed of a version of a projection. @publicApi */
export interface RetiredVersion {
  /** That waited in the queue, dead letters included. */
  readonly jobs: number;
  readonly rows: number;
  readonly records: number;
}

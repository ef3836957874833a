/** What was removed of a subscription. @publicApi */
export interface RetiredSubscription {
  /** That waited in the queue, dead letters included. */
  readonly jobs: number;
  /** Of how many streams it was on record how far it had come. */
  readonly cursors: number;
  /** How many partitions it had; 0 where each aggregate was one. */
  readonly partitions: number;
}

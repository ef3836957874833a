/** What a fold is told beside the state and the event. @publicApi */
export interface FoldContext {
  /** The id of the row: that of the aggregate, or, of a fold with a `key`, the key that the event counts for here. */
  readonly foldId: string;
}

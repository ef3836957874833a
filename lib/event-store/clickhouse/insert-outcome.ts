/** What a batch may be inserted with. */
export interface InsertPermit {
  /** Names the batch to the server, so that a repeat of it is not stored twice. No other batch has this name. */
  readonly token: string;
  /** The epoch in which the insert may take place. */
  readonly epoch: string;
  /**
   * Until when the server may accept the next send, by its clock, in milliseconds since the epoch of Unix; undefined
   * when there may be no further send.
   *
   * @param serverNowMs what is known of the server's clock
   */
  deadline(serverNowMs: number): number | undefined;
}

/** What became of a batch. */
export type InsertOutcome =
  | { readonly kind: 'stored' }
  /** Certainly nothing was stored, nor will be. */
  | { readonly kind: 'refused'; readonly cause: unknown }
  /** The last deadline has passed. Certainly nothing was stored, nor will be. */
  | { readonly kind: 'late' }
  /** A newer epoch is open. Certainly nothing was stored, nor will be. */
  | { readonly kind: 'fenced'; readonly newestEpoch: string }
  /** It may have been stored, or may still be until `deadlineMs` (server time) plus the maximum insert time. */
  | { readonly kind: 'unknown'; readonly cause: unknown; readonly deadlineMs: number; readonly newestEpoch?: string };

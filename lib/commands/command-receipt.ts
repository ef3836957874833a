/**
 * What `commandBus.execute()` answers when a command was accepted.
 *
 * `queued`: it is staged and will be handled, by whichever worker takes it; the only answer where processes share a
 * queue, in every role. That it was rejected or failed is then a line in the worker's log. `stored`: it was handled and
 * its events, if any, are in the log; the only answer of the in-process queue.
 *
 * @publicApi
 */
export type CommandReceipt = QueuedReceipt | StoredReceipt;

/** @publicApi */
export interface QueuedReceipt {
  readonly status: 'queued';
  readonly commandId: string;
}

/** @publicApi */
export interface StoredReceipt {
  readonly status: 'stored';
  readonly commandId: string;
  readonly aggregateId: string;
  /** How many events the command led to; 0 when it changed nothing. */
  readonly eventCount: number;
  /** Sequence of its last event; `null` when it changed nothing. */
  readonly lastSequence: number | null;
}

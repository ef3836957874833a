import type { TenantId } from '../tenancy/tenant-id.js';

/**
 * What `commandBus.execute()` answers when a command was accepted.
 *
 * `queued`: it is staged and will be handled, by whichever worker takes it; the only answer where processes share a
 * queue, in every role. `Commands.outcome()` says later what became of it. `stored`: it was handled and its events, if
 * any, are in the log; the only answer of the in-process queue, but for commands that are delayed. `Commands.run()` waits
 * for it on any queue.
 *
 * @publicApi
 */
export type CommandReceipt = QueuedReceipt | StoredReceipt;

/** JSON-safe, so that it can be given away. @publicApi */
export interface QueuedReceipt {
  readonly status: 'queued';
  readonly commandId: string;
  readonly tenantId: TenantId;
  /** Names this very acceptance of the command, for `Commands.outcome()`; a command that is sent twice has two, but for `dedupe`. */
  readonly receiptId: string;
}

/** @publicApi */
export interface StoredReceipt {
  readonly status: 'stored';
  readonly commandId: string;
  readonly tenantId: TenantId;
  readonly aggregateType: string;
  readonly aggregateId: string;
  /** How many events the command led to; 0 when it changed nothing. */
  readonly eventCount: number;
  /** Sequence of its last event; `null` when it changed nothing. */
  readonly lastSequence: number | null;
}

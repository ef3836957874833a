import type { AwaitedProjection } from './applied-wait.js';
import type { CommandReceipt, StoredReceipt } from './command-receipt.js';
import type { DispatchOptions } from './dispatch-options.js';

/**
 * How far a command must have come before its sender goes on. `queued`: it is accepted, as `commandBus.execute()`
 * answers; on the in-process queue that means stored, unless it is delayed. `stored`: it was handled, and its events are in the log. The class of a
 * fold or map: reads of that projection show them, too.
 *
 * @publicApi
 */
export type WaitFor = 'queued' | 'stored' | AwaitedProjection;

/** Options of `Commands.run()`. @publicApi */
export interface RunOptions<W extends WaitFor = WaitFor> extends DispatchOptions {
  /** @default 'stored' */
  readonly waitFor?: W;
  /**
   * How long is waited once the command is queued and its delay is over, for the projection as well; milliseconds.
   *
   * @default `commandTimeoutMs` of `forRoot()`
   */
  readonly timeoutMs?: number;
}

/** What `Commands.run()` answers. @publicApi */
export type ReceiptOf<W extends WaitFor> = W extends 'queued' ? CommandReceipt : StoredReceipt;

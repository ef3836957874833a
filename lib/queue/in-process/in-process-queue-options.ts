/** @publicApi */
export interface InProcessQueueOptions {
  /** Batches that run at a time, over all lanes. @default 64 */
  readonly concurrency?: number;
  /** Commands that may wait before further ones are refused with `QueueFullError`. @default 10_000 */
  readonly maxWaitingCommands?: number;
  /** How long a stop waits for accepted work before it aborts what still runs. @default 10_000 */
  readonly drainTimeoutMs?: number;
}

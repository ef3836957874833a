/** @publicApi */
export interface InProcessQueueOptions {
  /** Batches of folds, maps and reactors that run at a time. @default 64 */
  readonly concurrency?: number;
  /** Batches of commands that run at a time, beside the others, so that reactors may wait for commands. @default 64 */
  readonly commandConcurrency?: number;
  /**
   * Commands that may wait before further ones are refused with `QueueFullError`, those apart whose delay is not over.
   * @default 10_000
   */
  readonly maxWaitingCommands?: number;
  /**
   * Jobs of all kinds that may wait, before further commands are refused with `QueueFullError`: those of parked lanes
   * apart, and delayed commands and wake-ups of processes. Events that are stored already are always taken. @default 100_000
   */
  readonly maxWaitingJobs?: number;
  /** The same for the jobs of one tenant. @default 50_000 */
  readonly maxWaitingJobsPerTenant?: number;
  /**
   * Delayed commands and wake-ups of processes of one tenant that may wait for their time, before its further delayed
   * commands are refused with `QueueFullError`. What follows from the log is always taken: wake-ups, and the delayed
   * commands of processes. 0 refuses all others. @default 50_000
   */
  readonly maxDelayedJobsPerTenant?: number;
  /** Share of the slots that one tenant may have at a time, in percent, rounded up. @default 75 */
  readonly tenantSharePercent?: number;
  /** How long the outcome of a command can be asked for; milliseconds. @default 3_600_000 */
  readonly answersKeptMs?: number;
  /** Of how many commands of a tenant, the last ones; older outcomes go sooner. @default 25_000 */
  readonly answersKeptPerTenant?: number;
  /** How long a stop waits for accepted work before it aborts what still runs; milliseconds. @default 10_000 */
  readonly drainTimeoutMs?: number;
}

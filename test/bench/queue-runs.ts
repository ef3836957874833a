/** What one measurement of the queue is asked for. */
export interface QueueRun {
  readonly system: 'own' | 'bullmq';
  readonly mode: 'drain' | 'enqueue';
  readonly port: number;
  /** Jobs before those that are timed, in the same process, so that compiled code is measured. */
  readonly warmUpJobs: number;
  readonly jobs: number;
  readonly lanes: number;
  readonly handler: { readonly maxBatchJobs: number; readonly delayMs: number };
}

export interface QueueRunResult {
  /** Jobs a second. */
  readonly rate: number;
  /** Of the process; the server's comes on top. */
  readonly cpuMicrosPerJob: number;
}

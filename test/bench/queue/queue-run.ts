export type QueueSystem = 'own' | 'bullmq' | 'groupmq';

/** What one measurement of a queue is asked for; each has a process of its own. */
export interface QueueRun {
  readonly system: QueueSystem;
  /** What runs the lanes of ours; without it, the default. */
  readonly host?: 'bullmq' | 'native';
  /**
   * - `drain`: all jobs are staged, then worked off
   * - `enqueue`: single jobs are staged, 50 on their way at a time
   * - `latency`: another process stages `perSecond` jobs of one tenant, each for a lane at random
   * - `produce`: that other process
   */
  readonly mode: 'drain' | 'enqueue' | 'latency' | 'produce';
  readonly port: number;
  /** Jobs before those that count, in the same process, so that compiled code is measured. */
  readonly warmUpJobs: number;
  readonly jobs: number;
  readonly lanes: number;
  readonly perSecond: number;
  /** Jobs of another tenant that wait before those, and take 1 ms each. */
  readonly floodJobs: number;
  /** Most jobs of one batch, and how long each batch takes; of ours only, since the peers know single jobs. */
  readonly handler: { readonly maxBatchJobs: number; readonly delayMs: number };
}

/** What a measurement gives, as far as its mode has it. */
export interface QueueFigures {
  /** Jobs a second. */
  readonly rate?: number;
  /** CPU time of the process for a job; the server's comes on top. */
  readonly nodeMicros?: number;
  readonly redisMicros?: number;
  /** Commands that Redis runs for a job, those inside scripts included. */
  readonly redisCommands?: number;
  /** Memory of Redis for a job that waits. */
  readonly redisBytes?: number;
  /** From before the call that stages a job to its handler; milliseconds. */
  readonly p50?: number;
  readonly p99?: number;
}

import type { IQueueBackend, Job, JobProgress, Worker } from 'bullmq';

/** What a job of the BullMQ `Worker` stands for: some lanes, each with one batch. @publicApi */
export interface LaneJobData {
  /** Each as `tenant:kind:component:aggregateType:id`; parts that are not plain are percent-encoded. */
  readonly lanes: readonly string[];
  /** Jobs of the queue in all batches together. */
  readonly jobs: number;
}

/** What a job of the BullMQ `Worker` returns. @publicApi */
export interface LaneJobResult {
  /** Jobs of the queue that were done. */
  readonly completed: number;
}

/** As in the events of the `Worker`. @publicApi */
export type LaneJob = Job<LaneJobData, LaneJobResult, string>;

/** The `Worker` of BullMQ that runs the lanes of this process. @publicApi */
export type LaneWorker = Worker<LaneJobData, LaneJobResult, string, IQueueBackend, JobProgress, object>;

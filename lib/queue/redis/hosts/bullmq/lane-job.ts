import type { IQueueBackend, Job, JobProgress, Worker } from 'bullmq';
import type { Lane } from '../../../lane.js';

/** What a job of the BullMQ `Worker` stands for: some lanes, each with one batch. @publicApi */
export interface LaneJobData {
  readonly lanes: readonly LaneJobLane[];
}

/** @publicApi */
export interface LaneJobLane extends Lane {
  /** Jobs of the lane in this batch. */
  readonly jobs: number;
  /** Which attempt of the first of them this is, from 1. */
  readonly attempt: number;
}

/** What a job of the BullMQ `Worker` returns. @publicApi */
export interface LaneJobResult {
  /** How many jobs of its lanes were done. */
  readonly completed: number;
}

/** As in the events of the `Worker`. @publicApi */
export type LaneJob = Job<LaneJobData, LaneJobResult, string>;

/** The `Worker` of BullMQ that runs the lanes of this process. @publicApi */
export type LaneWorker = Worker<LaneJobData, LaneJobResult, string, IQueueBackend, JobProgress, object>;

import type { CommandJob } from '../queue/job.js';
import type { Lane } from '../queue/lane.js';
import type { LaneBatch, LaneOutcome } from '../queue/lane-batch.js';
import type { StagedJob } from '../queue/staged-job.js';

/** A command with the lane in which it waits for its time, where it keeps nobody off; it is due after `delayMs`. */
export function delayed({ lane, job }: { readonly lane: Lane; readonly job: CommandJob }, delayMs: number): StagedJob {
  const waiting: CommandJob = { ...job, aggregateId: lane.id };
  return { lane: { ...lane, kind: 'delay', id: job.receiptId }, job: waiting, delayMs };
}

/** Commands whose time has come go behind those that wait for their aggregate, in the step that takes them from here. */
export function comeDue({ lane, jobs }: LaneBatch<CommandJob>): LaneOutcome {
  const followUps = jobs.map((job): StagedJob => {
    return { lane: { ...lane, kind: 'command', id: job.aggregateId! }, job };
  });
  return { completed: jobs.length, followUps };
}

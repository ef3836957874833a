import { MAX_TIMER_MS } from '../errors/integer-problem.js';
import type { CommandJob } from '../queue/job.js';
import type { Lane } from '../queue/lane.js';
import type { LaneBatch, LaneOutcome } from '../queue/lane-batch.js';
import type { StagedJob } from '../queue/staged-job.js';

/** A command with the lane in which it waits for its time, where it keeps nobody off; it is due after `delayMs`. */
export function delayed({ lane, job }: { readonly lane: Lane; readonly job: CommandJob }, delayMs: number): StagedJob {
  const waiting: CommandJob = { ...job, aggregateId: lane.id };
  return { lane: { ...lane, kind: 'delay', id: job.receiptId }, job: waiting, delayMs };
}

/** The same for one that may be staged another time: it waits once, until the time that was told last. */
export function delayedOnce(staged: { readonly lane: Lane; readonly job: CommandJob }, delayMs: number): StagedJob {
  const { lane, job } = delayed(staged, delayMs);
  return { lane, job, debounce: { delayMs, maxWaitMs: MAX_TIMER_MS, source: 'delay', rank: 0 } };
}

/** Commands whose time has come go behind those that wait for their aggregate, in the step that takes them from here. */
export function comeDue({ lane, jobs }: LaneBatch<CommandJob>): LaneOutcome {
  const followUps = jobs.map((job): StagedJob => {
    return { lane: { ...lane, kind: 'command', id: job.aggregateId! }, job };
  });
  return { completed: jobs.length, followUps };
}

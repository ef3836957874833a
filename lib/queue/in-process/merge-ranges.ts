import type { EventRangeJob, Job, ReactorJob } from '../job.js';

/** The part of a stream that a job speaks of. */
interface Part {
  readonly from: number;
  readonly to: number;
  /** Whether all of it is to be read from the log. */
  readonly fromLog: boolean;
}

/**
 * Two jobs for one aggregate as one: where both are to be read from the log and overlap. So whoever says again and again
 * where a stream stands adds nothing to a lane that stands still, and takes nothing from it: the job begins where the
 * first of the two begins and ends where the last one ends.
 *
 * @param ofLongLane merges all ranges of events, also those that carry them
 */
export function mergeRanges(one: Job, other: Job, ofLongLane = false): Job | undefined {
  if (!isPart(one) || !isPart(other)) return undefined;
  if (one.kind !== other.kind || one.aggregateId !== other.aggregateId) return undefined;
  const [first, second] = [partOf(one), partOf(other)];
  if (!first || !second) return undefined;
  const overlap = first.fromLog && second.fromLog && first.from <= second.to && second.from <= first.to;
  if (!overlap && (one.kind === 'reactor' || !ofLongLane)) return undefined;
  const from = Math.min(first.from, second.from);
  const to = Math.max(first.to, second.to);
  return one.kind === 'reactor' ? { ...one, from, sequence: to } : { ...one, from, to, events: null };
}

function isPart(job: Job): job is EventRangeJob | ReactorJob {
  return job.kind !== 'command' && job.kind !== 'outbox' && job.kind !== 'timer';
}

/** Undefined of a reactor that is not durable, whose jobs are a reaction each. */
function partOf(job: EventRangeJob | ReactorJob): Part | undefined {
  if (job.kind !== 'reactor') return { from: job.from, to: job.to, fromLog: job.events === null };
  const { from, sequence, event } = job;
  return from === undefined ? undefined : { from, to: sequence, fromLog: event === null };
}

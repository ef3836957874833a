import type { Run } from './journal.js';

/**
 * Says, a line each, what workers did that a queue must not let them do:
 *
 * - a job that was never done;
 * - a job that was begun before all those before it in its lane were done;
 * - two batches of one lane at a time, but for a zombie: one that lost its lane and was not acknowledged.
 *
 * @param jobs how many jobs each lane was given, numbered from 1
 */
export function wrongs(runs: readonly Run[], lanes: readonly string[], jobs: number): readonly string[] {
  return lanes.flatMap((lane) => {
    const ofLane = runs.filter((run) => run.lane === lane);
    return [...lostJobs(lane, ofLane, jobs), ...earlyJobs(lane, ofLane), ...overlaps(lane, ofLane)];
  });
}

/** Runs that did their work, and were not acknowledged as far as they heard; and those of them beside which another ran. */
export function inVain(runs: readonly Run[]): { readonly all: number; readonly zombies: number } {
  const vain = runs.filter(({ acknowledged, doneAt }) => !acknowledged && doneAt !== undefined);
  return { all: vain.length, zombies: vain.filter((run) => besides(run, runs).length > 0).length };
}

function lostJobs(lane: string, runs: readonly Run[], jobs: number): readonly string[] {
  const done = new Set(runs.flatMap(doneJobs));
  const lost = Array.from({ length: jobs }, (_, index) => index + 1).filter((job) => !done.has(job));
  return lost.length === 0 ? [] : [`${lane} lost ${lost.join(', ')}`];
}

function earlyJobs(lane: string, runs: readonly Run[]): readonly string[] {
  return runs.flatMap(({ jobs, begunAt, worker }) => {
    const before = new Set(runs.filter(({ doneAt }) => doneAt !== undefined && doneAt <= begunAt).flatMap(doneJobs));
    const first = jobs[0]!;
    const missing = Array.from({ length: first - 1 }, (_, index) => index + 1).filter((job) => !before.has(job));
    const inOrder = jobs.every((job, index) => job === first + index);
    if (missing.length === 0 && inOrder) return [];
    return [`${lane}: ${worker} began ${jobs.join(', ')} before ${missing.join(', ')}`];
  });
}

function overlaps(lane: string, runs: readonly Run[]): readonly string[] {
  return runs
    .filter(({ acknowledged }) => acknowledged)
    .flatMap((run) =>
      besides(run, runs).map(
        (other) =>
          `${lane}: ${other.worker} began ${other.jobs.join(', ')} beside ${run.worker}, which was acknowledged`,
      ),
    );
}

/** Runs of the same lane that were begun while this one was at work. */
function besides(run: Run, runs: readonly Run[]): readonly Run[] {
  return runs.filter(
    (other) =>
      other !== run && other.lane === run.lane && other.begunAt > run.begunAt && other.begunAt < (run.doneAt ?? 0),
  );
}

function doneJobs({ jobs, completed }: Run): readonly number[] {
  return jobs.slice(0, completed);
}

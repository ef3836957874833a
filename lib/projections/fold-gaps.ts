import type { EventRangeJob } from '../queue/job.js';
import type { ProjectionKey, ProjectionRow } from './stores/projection-row.js';

/** Names of projections of users do not begin so. */
const PREFIX = '$gaps:';

/** A part of a stream, both ends inclusive. */
export interface Gap {
  readonly from: number;
  readonly to: number;
}

export function gapsName(projection: string): string {
  return PREFIX + projection;
}

/**
 * The row beside a fold's own that says which events a batch was about to fold without jobs for all of them: should its
 * worker die between save and acknowledgement, the jobs that come again would not say that these are to be reacted to.
 */
export function gapKey({ tenantId, projection, version, id }: ProjectionKey): ProjectionKey {
  return { tenantId, projection: gapsName(projection), version, id };
}

export function readGap(row: ProjectionRow | null | undefined): Gap | undefined {
  return row ? (row.state as unknown as Gap) : undefined;
}

/** What jobs lack between a row and the end of the last of them, up to that end; undefined when they lack nothing. */
export function gapOf(jobs: readonly EventRangeJob[], sequence: number): Gap | undefined {
  let reached = sequence;
  for (const { from, to } of jobs) {
    if (from > reached + 1) return { from: reached + 1, to: Math.max(...jobs.map((job) => job.to)) };
    reached = Math.max(reached, to);
  }
  return undefined;
}

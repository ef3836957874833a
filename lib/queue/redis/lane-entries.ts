import { laneKey } from '../lane.js';
import type { StagedJob } from '../staged-job.js';
import { encodeEntry } from './entry-codec.js';

/** Jobs that one script takes at most for one caller. */
export const MAX_JOBS_A_STEP = 1_000;

/** Encoded entries of one lane, in order. */
export interface LaneEntries {
  readonly lane: string;
  readonly entries: string[];
}

export interface EntryBounds {
  readonly maxInlineBytes: number;
  readonly maxJobBytes: number;
}

/**
 * Encodes jobs and gathers those of each lane.
 *
 * @throws InvalidArgumentError
 */
export function toLaneEntries(staged: readonly StagedJob[], bounds: EntryBounds): LaneEntries[] {
  if (staged.length === 1) return [toEntries(staged[0]!, bounds)];
  const lanes = new Map<string, LaneEntries>();
  for (const item of staged) {
    const one = toEntries(item, bounds);
    const found = lanes.get(one.lane);
    if (found) found.entries.push(...one.entries);
    else lanes.set(one.lane, one);
  }
  return [...lanes.values()];
}

function toEntries(item: StagedJob, { maxInlineBytes, maxJobBytes }: EntryBounds): LaneEntries {
  return { lane: laneKey(item.lane), entries: [encodeEntry(item, maxInlineBytes, maxJobBytes)] };
}

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
  const lanes = new Map<string, LaneEntries>();
  for (const item of staged) {
    const lane = laneKey(item.lane);
    const entry = encodeEntry(item, bounds.maxInlineBytes, bounds.maxJobBytes);
    const found = lanes.get(lane);
    if (found) found.entries.push(entry);
    else lanes.set(lane, { lane, entries: [entry] });
  }
  return [...lanes.values()];
}

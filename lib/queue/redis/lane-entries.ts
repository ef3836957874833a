import { laneKey } from '../lane.js';
import type { StagedJob } from '../staged-job.js';
import { type EntryBounds, encodeEntry } from './entry-codec.js';

/** Jobs and bytes that one script takes at most for one caller; a single larger job goes alone. */
export const MAX_JOBS_A_STEP = 1_000;
export const MAX_BYTES_A_STEP = 1_048_576;

/** Encoded entries of one lane, in order. */
export interface LaneEntries {
  readonly lane: string;
  readonly entries: string[];
  /** Of all entries together. */
  bytes: number;
}

/**
 * Encodes jobs and cuts them, in their order, into what one script can take; each part has those of a lane together.
 *
 * @throws InvalidArgumentError
 */
export function toSteps(staged: readonly StagedJob[], bounds: EntryBounds): readonly (readonly LaneEntries[])[] {
  if (staged.length === 1) {
    const entry = encodeEntry(staged[0]!, bounds);
    return [[{ lane: laneKey(staged[0]!.lane), entries: [entry], bytes: Buffer.byteLength(entry) }]];
  }
  const steps: Map<string, LaneEntries>[] = [];
  let jobs = MAX_JOBS_A_STEP;
  let bytes = 0;
  for (const item of staged) {
    const entry = encodeEntry(item, bounds);
    const size = Buffer.byteLength(entry);
    if (jobs === MAX_JOBS_A_STEP || bytes + size > MAX_BYTES_A_STEP) {
      steps.push(new Map());
      jobs = 0;
      bytes = 0;
    }
    jobs += 1;
    bytes += size;
    const lanes = steps.at(-1)!;
    const lane = laneKey(item.lane);
    const found = lanes.get(lane);
    if (found) {
      found.entries.push(entry);
      found.bytes += size;
    } else {
      lanes.set(lane, { lane, entries: [entry], bytes: size });
    }
  }
  return steps.map((lanes) => [...lanes.values()]);
}

/** How much one script has to take. */
export function sizeOf(lanes: readonly LaneEntries[]): { readonly jobs: number; readonly bytes: number } {
  let jobs = 0;
  let bytes = 0;
  for (const one of lanes) {
    jobs += one.entries.length;
    bytes += one.bytes;
  }
  return { jobs, bytes };
}

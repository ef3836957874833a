import type { Lane } from './lane.js';
import type { LaneBatch, LaneOutcome } from './lane-batch.js';
import type { LanePolicy } from './lane-policy.js';

/** Who works off the lanes. @publicApi */
export interface LaneConsumer {
  policy(lane: Lane): LanePolicy;
  handle(batch: LaneBatch): Promise<LaneOutcome>;
}

import type { LaneComponent } from './lane.js';
import type { LaneBatch, LaneOutcome } from './lane-batch.js';
import type { LanePolicy } from './lane-policy.js';

/** Who works off the lanes. @publicApi */
export interface LaneConsumer {
  /** What it can handle. Lanes of anything else are left for a consumer that knows them. */
  readonly components: readonly LaneComponent[];
  policy(component: LaneComponent): LanePolicy;
  handle(batch: LaneBatch): Promise<LaneOutcome>;
}

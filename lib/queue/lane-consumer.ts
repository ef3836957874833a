import type { LaneComponent } from './lane.js';
import type { LaneBatch, LaneOutcome } from './lane-batch.js';
import type { LanePolicy } from './lane-policy.js';

/** A component that a consumer knows. @publicApi */
export interface KnownComponent extends LaneComponent {
  /** By which it is paused and counted together with others. */
  readonly pipeline?: string;
}

/** Who works off the lanes. @publicApi */
export interface LaneConsumer {
  /** What it can handle. Lanes of anything else are left for a consumer that knows them. */
  readonly components: readonly KnownComponent[];
  policy(component: LaneComponent): LanePolicy;
  handle(batch: LaneBatch): Promise<LaneOutcome>;
}

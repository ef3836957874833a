import { encodeKey } from '../tenancy/encode-key.js';
import type { TenantId } from '../tenancy/tenant-id.js';

/** What a lane's jobs do. @publicApi */
export type LaneKind = 'command' | 'fold' | 'map' | 'reactor';

/**
 * Names one lane: a sequence of jobs of which one batch runs at a time, over all workers.
 *
 * @publicApi
 */
export interface Lane {
  readonly tenantId: TenantId;
  readonly kind: LaneKind;
  /** Who handles the jobs: `name@version` of a projection or reactor, or the pipeline of a command. */
  readonly component: string;
  readonly aggregateType: string;
  /** What the lane is ordered by: mostly the aggregate's id. */
  readonly id: string;
}

/** The lane as one string: the tenant first, and never the same for two lanes. */
export function laneKey(lane: Lane): string {
  return encodeKey(lane.tenantId, lane.kind, lane.component, lane.aggregateType, lane.id);
}

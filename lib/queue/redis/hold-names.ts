import { encodeKey } from '../../tenancy/encode-key.js';
import type { TenantId } from '../../tenancy/tenant-id.js';
import { componentKey, type LaneKind } from '../lane.js';
import type { HoldTarget } from '../queue-control.js';

/** A hold as the claiming script looks for it: see `STATE_LIBRARY`. */
export function toHold({ component, pipeline, tenantId }: HoldTarget): string {
  if (component) {
    const group = componentKey(component);
    return tenantId === undefined ? `g ${group}` : `x ${encodeKey(tenantId)}:${group}`;
  }
  if (pipeline !== undefined) {
    return tenantId === undefined ? `p ${encodeKey(pipeline)}` : `y ${encodeKey(tenantId, pipeline)}`;
  }
  return `t ${encodeKey(tenantId!)}`;
}

/** What `toHold` named. */
export function toTarget(hold: string): HoldTarget {
  const parts = hold.slice(2).split(':').map(decodeURIComponent);
  const tenant = 'xyt'.includes(hold[0]!) ? { tenantId: parts.shift() as TenantId } : {};
  const [first, second] = parts;
  if (first === undefined) return tenant;
  if (second === undefined) return { pipeline: first, ...tenant };
  return { component: { kind: first as LaneKind, component: second }, ...tenant };
}

import { checkText } from '../event-store/check-stream.js';
import { createTenantId } from '../tenancy/create-tenant-id.js';
import type { Lane } from './lane.js';

/** @throws InvalidTenantError @throws InvalidArgumentError */
export function checkLane(lane: Lane): Lane {
  const { tenantId, kind, component, aggregateType, id } = (lane ?? {}) as Partial<Lane>;
  return {
    tenantId: createTenantId(tenantId),
    kind: checkText('lane.kind', kind) as Lane['kind'],
    component: checkText('lane.component', component),
    aggregateType: checkText('lane.aggregateType', aggregateType),
    id: checkText('lane.id', id),
  };
}

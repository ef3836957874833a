import { randomUUID } from 'node:crypto';
import type { JsonValue } from '../../../events/json-value.js';
import type { ProjectionRow } from '../../../projections/stores/projection-row.js';
import type { ProjectionStore } from '../../../projections/stores/projection-store.js';
import { createTenantId } from '../../../tenancy/create-tenant-id.js';
import type { TenantId } from '../../../tenancy/tenant-id.js';
import type { ContractTest } from '../contract-test.js';
import type { Expect } from '../test-runner.js';

/** What the cases of one adapter are declared with. */
export interface ProjectionStoreCases {
  readonly expect: Expect;
  readonly test: ContractTest;
  readonly store: () => ProjectionStore;
}

/** Any time; rows that say nothing else were updated then. */
export const UPDATED_AT = Date.UTC(2026, 0, 2, 3, 4, 5, 678);

export function newTenant(): TenantId {
  return createTenantId(`tenant-${randomUUID()}`);
}

/** Names one version of one projection of a tenant that no other case knows. */
export function newProjection(): Omit<ProjectionRow, 'id' | 'sequence' | 'state' | 'updatedAt'> {
  return { tenantId: newTenant(), projection: 'summary', version: 1 };
}

/** One row for each state, with the ids `r0`, `r1` … */
export async function saveStates(
  store: ProjectionStore,
  states: readonly JsonValue[],
): Promise<ReturnType<typeof newProjection>> {
  const projection = newProjection();
  await store.save(
    states.map((state, n) => ({ ...projection, id: `r${n}`, sequence: 1, state, updatedAt: UPDATED_AT })),
  );
  return projection;
}

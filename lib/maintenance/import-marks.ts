import type { ProjectionStore } from '../projections/stores/projection-store.js';
import type { TenantId } from '../tenancy/tenant-id.js';

/** No projection of a user is called so. */
const IMPORTS = { projection: '$imports', version: 1 } as const;

/** Keeps on record that the history of a tenant was imported: reactors are silent about what was recorded before. */
export async function markImport(projections: ProjectionStore, tenantId: TenantId, now: number): Promise<void> {
  await projections.save([{ ...IMPORTS, tenantId, id: 'import', sequence: now, state: {}, updatedAt: now }]);
}

/** When the history of a tenant was imported; milliseconds since the epoch, 0 when it was not. */
export async function readImport(projections: ProjectionStore, tenantId: TenantId): Promise<number> {
  const [row] = await projections.load([{ ...IMPORTS, tenantId, id: 'import' }]);
  return row?.sequence ?? 0;
}

/** When the history of each imported tenant was imported; milliseconds since the epoch. */
export async function readImports(projections: ProjectionStore): Promise<Map<TenantId, number>> {
  const imports = new Map<TenantId, number>();
  for await (const { tenantId, sequence } of projections.sequences(IMPORTS.projection, IMPORTS.version)) {
    imports.set(tenantId, sequence);
  }
  return imports;
}

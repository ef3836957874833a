import type { ProjectionKey, ProjectionRow } from '../../projections/stores/projection-row.js';
import type { ProjectionStore } from '../../projections/stores/projection-store.js';
import { RESERVED_PREFIX } from '../../tenancy/reserved-prefix.js';
import { SYSTEM_TENANT } from '../../tenancy/system-tenant.js';
import type { Lives } from './lives.js';
import type { Reconciled, ReconciliationRecord } from './reconciliation-record.js';

const RECONCILED = `${RESERVED_PREFIX}reconciled`;

/** For a queue that processes share: one row of the projection store for each comparison. */
export class SharedRecord implements ReconciliationRecord {
  constructor(private readonly projections: ProjectionStore) {}

  async load(names: readonly string[]): Promise<readonly (Reconciled | undefined)[]> {
    const rows = await this.projections.load(names.map(keyOf));
    return rows.map((row) => (row ? toReconciled(row) : undefined));
  }

  /** The last one counts, whatever the clocks say. */
  async save(name: string, { lives: { queue, events, route }, startedAt }: Reconciled): Promise<void> {
    const [row] = await this.projections.load([keyOf(name)]);
    const sequence = Math.max(startedAt, (row?.sequence ?? 0) + 1);
    await this.projections.save([{ ...keyOf(name), sequence, state: { queue, events, route }, updatedAt: startedAt }]);
  }
}

function keyOf(name: string): ProjectionKey {
  return { tenantId: SYSTEM_TENANT, projection: RECONCILED, version: 1, id: name };
}

function toReconciled({ state, updatedAt }: ProjectionRow): Reconciled {
  return { lives: state as unknown as Lives, startedAt: updatedAt };
}

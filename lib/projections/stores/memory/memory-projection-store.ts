import { ClosedError } from '../../../errors/closed.error.js';
import type { TenantId } from '../../../tenancy/tenant-id.js';
import { compareText } from '../../../tenancy/compare-text.js';
import { encodeKey } from '../../../tenancy/encode-key.js';
import { checkProjectionScope } from '../check-fields.js';
import type { ProjectionScope } from '../check-fields.js';
import { checkProjectionQuery } from '../check-projection-query.js';
import type { CheckedSort } from '../check-projection-query.js';
import { checkProjectionKeys, checkProjectionRows, decodeProjectionRow } from '../check-projection-row.js';
import type { EncodedProjectionRow } from '../check-projection-row.js';
import type { ProjectionListQuery, ProjectionPage } from '../projection-query.js';
import type { ProjectionKey, ProjectionRow } from '../projection-row.js';
import { ProjectionStore } from '../projection-store.js';
import type { NameMatch, ProjectionSequence } from '../projection-store.js';
import { compareValues, matchesState, propertyAt } from './match-state.js';
import { dropGroups, forgetGroups } from './forget-groups.js';
import { isOf } from './is-of.js';

/** The rows of one version of one projection of one tenant, by id. */
interface RowGroup extends ProjectionScope {
  readonly tenantId: TenantId;
  readonly rows: Map<string, EncodedProjectionRow>;
}

/** Projection rows in the memory of the process, kept as JSON text so that no caller shares an object with them. */
export class MemoryProjectionStore extends ProjectionStore {
  private readonly groups = new Map<string, RowGroup>();
  private closed = false;

  async load(keys: readonly ProjectionKey[]): Promise<readonly (ProjectionRow | null)[]> {
    this.checkOpen();
    return checkProjectionKeys(keys).map((key) => {
      const row = this.groups.get(groupKey(key))?.rows.get(key.id);
      return row ? decodeProjectionRow(row) : null;
    });
  }

  async save(rows: readonly ProjectionRow[]): Promise<void> {
    this.checkOpen();
    for (const row of checkProjectionRows(rows)) {
      const group = this.group(row);
      const standing = group.rows.get(row.id);
      if (!standing || row.sequence > standing.sequence) group.rows.set(row.id, row);
    }
  }

  async list(query: ProjectionListQuery): Promise<ProjectionPage> {
    this.checkOpen();
    const { conditions, sort, limit, offset, ...group } = checkProjectionQuery(query);
    const matching = [...(this.groups.get(groupKey(group))?.rows.values() ?? [])]
      .map(decodeProjectionRow)
      .filter(({ state }) => state !== null && conditions.every((condition) => matchesState(state, condition)))
      .sort(comparator(sort));
    return { rows: matching.slice(offset, offset + limit), total: matching.length };
  }

  sequences(projection: string, version: number, tenantId?: TenantId): AsyncIterable<ProjectionSequence> {
    this.checkOpen();
    return this.sequencesChecked(checkProjectionScope(projection, version, tenantId));
  }

  async forget(tenantId: TenantId): Promise<number> {
    this.checkOpen();
    return forgetGroups(this.groups, tenantId);
  }

  async drop(projection: string, version: number, match?: NameMatch): Promise<number> {
    this.checkOpen();
    return dropGroups(this.groups, { projection, version }, match);
  }

  /** From now on every call is refused. */
  close(): void {
    this.closed = true;
  }

  private async *sequencesChecked(wanted: ProjectionScope): AsyncGenerator<ProjectionSequence> {
    const groups = [...this.groups.values()]
      .filter((group) => isOf(group, wanted))
      .sort((a, b) => compareText(a.tenantId, b.tenantId));
    for (const { tenantId, rows } of groups) {
      for (const id of [...rows.keys()].sort(compareText)) yield { tenantId, id, sequence: rows.get(id)!.sequence };
    }
  }

  private group({ tenantId, projection, version }: ProjectionKey): RowGroup {
    const key = groupKey({ tenantId, projection, version });
    const group = this.groups.get(key) ?? { tenantId, projection, version, rows: new Map() };
    this.groups.set(key, group);
    return group;
  }

  private checkOpen(): void {
    if (this.closed) throw new ClosedError('The projection store in memory');
  }
}

function groupKey({ tenantId, projection, version }: Omit<RowGroup, 'rows'>): string {
  return encodeKey(tenantId, projection, version);
}

function comparator({ by, descending }: CheckedSort): (a: ProjectionRow, b: ProjectionRow) => number {
  const compareBy = (a: ProjectionRow, b: ProjectionRow): number => {
    if (by === 'id') return 0;
    if (by === 'updatedAt') return a.updatedAt - b.updatedAt;
    return compareValues(propertyAt(a.state, by), propertyAt(b.state, by));
  };
  return (a, b) => (descending ? -1 : 1) * (compareBy(a, b) || compareText(a.id, b.id));
}

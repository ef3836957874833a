import { ClosedError } from '../../../errors/closed.error.js';
import { compareText } from '../../../tenancy/compare-text.js';
import { encodeKey } from '../../../tenancy/encode-key.js';
import type { TenantId } from '../../../tenancy/tenant-id.js';
import { checkProjectionScope } from '../check-fields.js';
import type { ProjectionScope } from '../check-fields.js';
import { checkRecordQuery, checkRecordRange, checkRecordRows, decodeRecordRow } from '../check-record-row.js';
import type { EncodedRecordRow } from '../check-record-row.js';
import type { RecordRow } from '../record-row.js';
import { RecordStore } from '../record-store.js';
import type { RecordCount, RecordQuery, RecordRange } from '../record-store.js';
import { dropGroups, forgetGroups } from './forget-groups.js';
import { isOf } from './is-of.js';

/** The records of one version of one projection about one aggregate, by event id. */
interface RecordGroup extends ProjectionScope {
  readonly tenantId: TenantId;
  readonly aggregateId: string;
  readonly rows: Map<string, EncodedRecordRow>;
}

/** Records in the memory of the process, kept as JSON text so that no caller shares an object with them. */
export class MemoryRecordStore extends RecordStore {
  private readonly groups = new Map<string, RecordGroup>();
  private closed = false;

  async append(rows: readonly RecordRow[]): Promise<void> {
    this.checkOpen();
    for (const row of checkRecordRows(rows)) {
      const { rows: standing } = this.group(row);
      if (!standing.has(row.eventId)) standing.set(row.eventId, row);
    }
  }

  async read(query: RecordQuery): Promise<readonly RecordRow[]> {
    this.checkOpen();
    const { after, limit, ...group } = checkRecordQuery(query);
    return [...(this.groups.get(groupKey(group))?.rows.values() ?? [])]
      .filter(({ sequence, record }) => sequence > after && record !== 'null')
      .sort((a, b) => a.sequence - b.sequence || compareText(a.eventId, b.eventId))
      .slice(0, limit)
      .map(decodeRecordRow);
  }

  async count(range: RecordRange): Promise<number> {
    this.checkOpen();
    const { from, to, ...group } = checkRecordRange(range);
    const rows = [...(this.groups.get(groupKey(group))?.rows.values() ?? [])];
    return rows.filter(({ sequence }) => sequence >= from && sequence <= to).length;
  }

  counts(projection: string, version: number, tenantId?: TenantId): AsyncIterable<RecordCount> {
    this.checkOpen();
    return this.countsChecked(checkProjectionScope(projection, version, tenantId));
  }

  async forget(tenantId: TenantId): Promise<number> {
    this.checkOpen();
    return forgetGroups(this.groups, tenantId);
  }

  async drop(projection: string, version: number): Promise<number> {
    this.checkOpen();
    return dropGroups(this.groups, { projection, version });
  }

  /** From now on every call is refused. */
  close(): void {
    this.closed = true;
  }

  private async *countsChecked(wanted: ProjectionScope): AsyncGenerator<RecordCount> {
    const groups = [...this.groups.values()]
      .filter((group) => isOf(group, wanted))
      .sort((a, b) => compareText(a.tenantId, b.tenantId) || compareText(a.aggregateId, b.aggregateId));
    for (const { tenantId, aggregateId, rows } of groups) {
      const lastSequence = [...rows.values()].reduce((last, { sequence }) => Math.max(last, sequence), 0);
      yield { tenantId, aggregateId, count: rows.size, lastSequence };
    }
  }

  private group({ tenantId, projection, version, aggregateId }: EncodedRecordRow): RecordGroup {
    const key = groupKey({ tenantId, projection, version, aggregateId });
    const group = this.groups.get(key) ?? { tenantId, projection, version, aggregateId, rows: new Map() };
    this.groups.set(key, group);
    return group;
  }

  private checkOpen(): void {
    if (this.closed) throw new ClosedError('The record store in memory');
  }
}

function groupKey({ tenantId, projection, version, aggregateId }: Omit<RecordGroup, 'rows'>): string {
  return encodeKey(tenantId, projection, version, aggregateId);
}

import type { Clock } from '../../clock/clock.js';
import type { JsonValue } from '../../events/json-value.js';
import type { ProjectionKey } from '../../projections/stores/projection-row.js';
import type { ProjectionStore } from '../../projections/stores/projection-store.js';
import { SYSTEM_TENANT } from '../../tenancy/system-tenant.js';
import type { BuildRecord } from './build-record.js';

/** No projection of a user is called so. */
const BUILDS = { tenantId: SYSTEM_TENANT, projection: '$builds', version: 1 } as const;
/** Rows of one page, the most that a store gives. */
const PAGE = 1_000;

/** A record with when it was written. */
export interface WrittenRecord {
  readonly record: BuildRecord;
  /** Milliseconds since the epoch. */
  readonly writtenAt: number;
}

/**
 * Keeps on record how far builds have come, so that another process goes on there. Of two processes that write, which
 * happens when one lost its lock, each says what is true: the later one holds.
 */
export class BuildLedger {
  constructor(
    private readonly projections: ProjectionStore,
    private readonly clock: Clock,
  ) {}

  async load(component: string): Promise<BuildRecord | undefined> {
    const [row] = await this.projections.load([keyOf(component)]);
    return row?.state ? (row.state as unknown as BuildRecord) : undefined;
  }

  async save(component: string, record: BuildRecord): Promise<void> {
    await this.write(component, record as unknown as JsonValue);
  }

  /** Forgets a build. */
  async remove(component: string): Promise<void> {
    const [row] = await this.projections.load([keyOf(component)]);
    if (row?.state) await this.write(component, null);
  }

  /** All builds that were ever begun, and not forgotten. */
  async list(): Promise<readonly WrittenRecord[]> {
    const records: WrittenRecord[] = [];
    for (let offset = 0; ; offset += PAGE) {
      const { rows } = await this.projections.list({ ...BUILDS, limit: PAGE, offset });
      for (const { state, updatedAt } of rows) {
        records.push({ record: state as unknown as BuildRecord, writtenAt: updatedAt });
      }
      if (rows.length < PAGE) return records;
    }
  }

  private async write(component: string, state: JsonValue): Promise<void> {
    const now = this.clock.now();
    const [row] = await this.projections.load([keyOf(component)]);
    const sequence = Math.max(now, (row?.sequence ?? 0) + 1);
    await this.projections.save([{ ...keyOf(component), sequence, state, updatedAt: now }]);
  }
}

function keyOf(component: string): ProjectionKey {
  return { ...BUILDS, id: component };
}

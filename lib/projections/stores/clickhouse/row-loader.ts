import type { ClickHouseConnection } from '../../../clickhouse/clickhouse-connection.js';
import { GroupCommitFullError } from '../../../batching/group-commit-full.error.js';
import { GroupCommit } from '../../../batching/group-commit.js';
import { StoreUnavailableError } from '../../../event-store/store-unavailable.error.js';
import { encodeKey } from '../../../tenancy/encode-key.js';
import type { TenantId } from '../../../tenancy/tenant-id.js';
import type { EncodedProjectionRow } from '../check-projection-row.js';
import type { ProjectionKey } from '../projection-row.js';
import { isTooLarge, repeatedRead } from './repeat.js';
import { loadRows } from './sql/load-rows.js';
import type { LoadedRow } from './sql/load-rows.js';
import { timers } from '../../../batching/timers.js';

/** Most keys of one query. */
const MAX_KEYS = 500;
/** Most bytes of their tenants, of their names, or of their ids: escaped, each list must stay below the server's 128 KiB. */
const MAX_LIST_BYTES = 61_440;
const CLOSE_TIMEOUT_MS = 5_000;

/** A key that somebody waits for; its row is filled in by the query that it is part of. */
interface Lookup {
  readonly key: ProjectionKey;
  row: EncodedProjectionRow | null;
}

/**
 * Loads the rows of many callers in few queries: keys that come while both queries are under way form the next one. No
 * key joins a query that has already begun, which might not see what was saved meanwhile.
 */
export class RowLoader {
  private readonly commit: GroupCommit<Lookup>;

  constructor(private readonly connection: ClickHouseConnection) {
    this.commit = new GroupCommit<Lookup>({
      flush: (lookups) => this.query(lookups),
      bytesOf: ({ key }) => Math.max(...[key.tenantId, key.projection, key.id].map((text) => Buffer.byteLength(text))),
      splitOn: isTooLarge,
      maxRows: MAX_KEYS,
      maxBytes: MAX_LIST_BYTES,
      maxDelayMs: 0,
      clock: timers,
    });
  }

  /** @throws StoreUnavailableError, ClosedError */
  async load(keys: readonly ProjectionKey[]): Promise<readonly (EncodedProjectionRow | null)[]> {
    const lookups = keys.map((key): Lookup => ({ key, row: null }));
    try {
      await Promise.all(lookups.map((lookup) => this.commit.add(lookup)));
    } catch (error) {
      if (!(error instanceof GroupCommitFullError)) throw error;
      throw new StoreUnavailableError('Too many loads of projections wait for ClickHouse', { cause: error });
    }
    return lookups.map(({ row }) => row);
  }

  /** Answers what was accepted, for at most 5 s. */
  close(): Promise<void> {
    return this.commit.close({ timeoutMs: CLOSE_TIMEOUT_MS });
  }

  private async query(lookups: readonly Lookup[]): Promise<void> {
    const keys = new Map(lookups.map(({ key }) => [textOf(key), key]));
    const { sql, params, settings } = loadRows([...keys.values()]);
    const rows = await repeatedRead('rows of projections', () =>
      this.connection.query<LoadedRow>(sql, params, settings),
    );
    const found = new Map(rows.map(toRow).map((row) => [textOf(row), row]));
    for (const lookup of lookups) lookup.row = found.get(textOf(lookup.key)) ?? null;
  }
}

function textOf({ tenantId, projection, version, id }: ProjectionKey): string {
  return encodeKey(tenantId, projection, version, id);
}

function toRow(row: LoadedRow): EncodedProjectionRow {
  return {
    tenantId: row.tenant_id as TenantId,
    projection: row.projection_name,
    version: row.version,
    id: row.id,
    sequence: Number(row.newest_sequence),
    state: row.newest[1],
    updatedAt: Number(row.newest[0]),
  };
}

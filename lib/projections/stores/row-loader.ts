import { GroupCommitFullError } from '../../batching/group-commit-full.error.js';
import { GroupCommit } from '../../batching/group-commit.js';
import { timers } from '../../batching/timers.js';
import { StoreUnavailableError } from '../../event-store/store-unavailable.error.js';
import { encodeKey } from '../../tenancy/encode-key.js';
import type { EncodedProjectionRow } from './check-projection-row.js';
import type { ProjectionKey } from './projection-row.js';

/** Most keys of one query. */
const MAX_KEYS = 500;
const CLOSE_TIMEOUT_MS = 5_000;

export interface RowLoaderOptions {
  /** For errors, such as `ClickHouse`. */
  readonly database: string;
  /** The rows that there are of the keys, with its own repeats. */
  readonly query: (keys: readonly ProjectionKey[]) => Promise<readonly EncodedProjectionRow[]>;
  /** Whether a query failed because its rows are too many bytes; it is then cut in two. */
  readonly isTooLarge: (error: unknown) => boolean;
  /** Most bytes of the tenants, of the names, or of the ids of one query. */
  readonly maxListBytes: number;
}

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

  constructor(private readonly options: RowLoaderOptions) {
    this.commit = new GroupCommit<Lookup>({
      flush: (lookups) => this.query(lookups),
      bytesOf: ({ key }) => Math.max(...[key.tenantId, key.projection, key.id].map((text) => Buffer.byteLength(text))),
      splitOn: options.isTooLarge,
      maxRows: MAX_KEYS,
      maxBytes: options.maxListBytes,
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
      const what = `Too many loads of projections wait for ${this.options.database}`;
      throw new StoreUnavailableError(what, { cause: error });
    }
    return lookups.map(({ row }) => row);
  }

  /** Answers what was accepted, for at most 5 s. */
  close(): Promise<void> {
    return this.commit.close({ timeoutMs: CLOSE_TIMEOUT_MS });
  }

  private async query(lookups: readonly Lookup[]): Promise<void> {
    const keys = new Map(lookups.map(({ key }) => [textOf(key), key]));
    const rows = await this.options.query([...keys.values()]);
    const found = new Map(rows.map((row) => [textOf(row), row]));
    for (const lookup of lookups) lookup.row = found.get(textOf(lookup.key)) ?? null;
  }
}

function textOf({ tenantId, projection, version, id }: ProjectionKey): string {
  return encodeKey(tenantId, projection, version, id);
}

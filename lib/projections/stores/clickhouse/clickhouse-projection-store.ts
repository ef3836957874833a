import type { ClickHouseConnection } from '../../../clickhouse/clickhouse-connection.js';
import { type PageStatement, walkPages } from '../../../clickhouse/walk-pages.js';
import { InvalidArgumentError } from '../../../errors/invalid-argument.error.js';
import type { TenantId } from '../../../tenancy/tenant-id.js';
import { checkProjectionScope, checkProjectionVersion } from '../check-fields.js';
import type { ProjectionScope } from '../check-fields.js';
import { checkProjectionQuery } from '../check-projection-query.js';
import type { CheckedProjectionQuery } from '../check-projection-query.js';
import { checkProjectionKeys, checkProjectionRows, decodeProjectionRow } from '../check-projection-row.js';
import type { EncodedProjectionRow } from '../check-projection-row.js';
import { highestOfEachKey } from '../merge-rows.js';
import type { ProjectionListQuery, ProjectionPage } from '../projection-query.js';
import type { ProjectionKey, ProjectionRow } from '../projection-row.js';
import { ProjectionStore } from '../projection-store.js';
import type { NameMatch, ProjectionSequence } from '../projection-store.js';
import { RowLoader } from '../row-loader.js';
import { createTenantId } from '../../../tenancy/create-tenant-id.js';
import { RowWriter } from '../row-writer.js';
import { dropRows, forgetRows } from './remove-rows.js';
import { insertRows, isRefusal } from './insert-rows.js';
import { isTooLarge, readError, repeatedRead } from './repeat.js';
import { searchTextOf } from './search-text.js';
import { listRows } from './sql/list-rows.js';
import type { ListedRow } from './sql/list-rows.js';
import { loadRows } from './sql/load-rows.js';
import type { LoadedRow } from './sql/load-rows.js';
import { readSequences } from './sql/read-sequences.js';
import type { SequenceRow } from './sql/read-sequences.js';
import type { Statement } from './sql/statement.js';

/** Escaped, each list of a query must stay below the server's 128 KiB. */
const MAX_LIST_BYTES = 61_440;
const ROWS = 'rows of projections';

/**
 * Projection rows in ClickHouse. A save is an insert, and every read takes the row with the highest sequence of a key,
 * merged or not: monotone without a conditional write, which ClickHouse does not have.
 */
export class ClickHouseProjectionStore extends ProjectionStore {
  private readonly loader: RowLoader;
  private readonly writer: RowWriter<EncodedProjectionRow>;

  /** @param connection to a database with the tables of `PROJECTION_MIGRATIONS` */
  constructor(private readonly connection: ClickHouseConnection) {
    super();
    this.loader = new RowLoader({
      database: 'ClickHouse',
      query: (keys) => this.queryRows(keys),
      isTooLarge,
      maxListBytes: MAX_LIST_BYTES,
    });
    this.writer = new RowWriter({
      what: ROWS,
      textOf: ({ state }) => state,
      merge: highestOfEachKey,
      write: (rows) => insertRows(connection, 'projection_rows', ROWS, rows.map(toColumns)),
      isRefusal,
    });
  }

  async load(keys: readonly ProjectionKey[]): Promise<readonly (ProjectionRow | null)[]> {
    const rows = await this.loader.load(checkProjectionKeys(keys));
    return rows.map((row) => row && decodeProjectionRow(row));
  }

  async save(rows: readonly ProjectionRow[]): Promise<void> {
    await this.writer.write(checkProjectionRows(rows));
  }

  async list(query: ProjectionListQuery): Promise<ProjectionPage> {
    const checked = checkProjectionQuery(query);
    const { page, total } = listRows(checked);
    const rows = (await this.queryPage(page)).map((row) => toListed(checked, row));
    const isLast = rows.length < checked.limit && (rows.length > 0 || checked.offset === 0);
    if (isLast) return { rows, total: checked.offset + rows.length };
    const [counted] = await repeatedRead('the number of rows', () =>
      this.connection.query<{ readonly total: string }>(total.sql, total.params, total.settings),
    );
    return { rows, total: Number(counted!.total) };
  }

  sequences(projection: string, version: number, tenantId?: TenantId): AsyncIterable<ProjectionSequence> {
    return this.sequencesChecked(checkProjectionScope(projection, version, tenantId));
  }

  async forget(tenantId: TenantId): Promise<number> {
    return forgetRows(this.connection, 'projection_rows', createTenantId(tenantId));
  }

  async drop(projection: string, version: number, match?: NameMatch): Promise<number> {
    const dropped = checkProjectionVersion('', { projection, version });
    return dropRows(this.connection, 'projection_rows', dropped, match);
  }

  /** Saves and answers what was accepted, each within its own bound; from now on loads and saves are refused. */
  async close(): Promise<void> {
    await Promise.all([this.writer.close(), this.loader.close()]);
  }

  private async queryRows(keys: readonly ProjectionKey[]): Promise<readonly EncodedProjectionRow[]> {
    const { sql, params, settings } = loadRows(keys);
    const rows = await repeatedRead(ROWS, () => this.connection.query<LoadedRow>(sql, params, settings));
    return rows.map(toLoaded);
  }

  private async queryPage({ sql, params, settings }: Statement): Promise<ListedRow[]> {
    try {
      return await repeatedRead('a page of rows', () => this.connection.query<ListedRow>(sql, params, settings));
    } catch (error) {
      if (!isTooLarge(error)) throw error;
      throw new InvalidArgumentError('query.limit', 'gives a page over the bound in bytes; ask for fewer rows');
    }
  }

  private async *sequencesChecked(wanted: ProjectionScope): AsyncGenerator<ProjectionSequence> {
    const page: PageStatement<SequenceRow> = (after, limit) => readSequences(wanted, after, limit);
    try {
      for await (const row of walkPages(this.connection, page)) {
        yield { tenantId: row.tenant_id as TenantId, id: row.id, sequence: Number(row.row_sequence) };
      }
    } catch (error) {
      throw readError('the sequences of a projection', error);
    }
  }
}

function toColumns(row: EncodedProjectionRow): object {
  return {
    tenant_id: row.tenantId,
    projection_name: row.projection,
    version: row.version,
    id: row.id,
    sequence: row.sequence,
    updated_at: new Date(row.updatedAt).toISOString(),
    state: row.state,
    search_text: searchTextOf(row.state),
  };
}

function toLoaded(row: LoadedRow): EncodedProjectionRow {
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

function toListed({ tenantId, projection, version }: CheckedProjectionQuery, row: ListedRow): ProjectionRow {
  return decodeProjectionRow({
    tenantId,
    projection,
    version,
    id: row.id,
    sequence: Number(row.row_sequence),
    state: row.state,
    updatedAt: Number(row.updated_ms),
  });
}

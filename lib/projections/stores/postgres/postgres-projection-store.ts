import { ClosedError } from '../../../errors/closed.error.js';
import { InvalidArgumentError } from '../../../errors/invalid-argument.error.js';
import type { PostgresConnection } from '../../../postgres/postgres-connection.js';
import type { SchemaNames } from '../../../postgres/schema-names.js';
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
import { listRows } from './sql/list-rows.js';
import type { ListedRow } from './sql/list-rows.js';
import { loadRows } from './sql/load-rows.js';
import type { LoadedRow } from './sql/load-rows.js';
import { readSequences } from './sql/read-sequences.js';
import type { SequenceRow } from './sql/read-sequences.js';
import { saveRows } from './sql/save-rows.js';
import { dropRows, forgetRows } from './remove-rows.js';
import { isRefusal, read, ResultTooLargeError, withinBound, write } from './statements.js';

const ROWS = 'rows of projections';
/** Most bytes of the names or ids of one query. */
const MAX_LIST_BYTES = 262_144;
/** Rows of one page of sequences. */
const SEQUENCES_PAGE = 1_000;

/** Projection rows in PostgreSQL: an upsert that leaves a row alone which is as far or further. */
export class PostgresProjectionStore extends ProjectionStore {
  private readonly loader: RowLoader;
  private readonly writer: RowWriter<EncodedProjectionRow>;
  private closing?: Promise<void>;

  /** @param connection to a database with the tables of `PROJECTION_MIGRATIONS` */
  constructor(
    private readonly connection: PostgresConnection,
    private readonly names: SchemaNames,
  ) {
    super();
    this.loader = new RowLoader({
      database: 'PostgreSQL',
      query: (keys) => this.queryRows(keys),
      isTooLarge: (error) => error instanceof ResultTooLargeError,
      maxListBytes: MAX_LIST_BYTES,
    });
    this.writer = new RowWriter({
      what: ROWS,
      textOf: ({ state }) => state,
      merge: highestOfEachKey,
      write: (rows) => write(connection, ROWS, saveRows(names, rows)),
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
    this.checkOpen();
    const checked = checkProjectionQuery(query);
    const { page, total } = listRows(this.names, checked);
    const listed = await read<ListedRow>(this.connection, 'a page of rows', page);
    const rows = withinPage(listed).map((row) => toListed(checked, row));
    const isLast = rows.length < checked.limit && (rows.length > 0 || checked.offset === 0);
    if (isLast) return { rows, total: checked.offset + rows.length };
    const what = 'the number of rows';
    const [counted] = await read<{ readonly total: string | number }>(this.connection, what, total);
    return { rows, total: Number(counted!.total) };
  }

  sequences(projection: string, version: number, tenantId?: TenantId): AsyncIterable<ProjectionSequence> {
    this.checkOpen();
    return this.sequencesChecked(checkProjectionScope(projection, version, tenantId));
  }

  async forget(tenantId: TenantId): Promise<number> {
    this.checkOpen();
    return forgetRows(this.connection, this.names, 'projection_rows', createTenantId(tenantId));
  }

  async drop(projection: string, version: number, match?: NameMatch): Promise<number> {
    this.checkOpen();
    const dropped = checkProjectionVersion('', { projection, version });
    return dropRows(this.connection, this.names, 'projection_rows', dropped, match);
  }

  /** Saves and answers what was accepted, each within its own bound; from now on every call is refused. */
  close(): Promise<void> {
    this.closing ??= Promise.all([this.writer.close(), this.loader.close()]).then(() => undefined);
    return this.closing;
  }

  private async queryRows(keys: readonly ProjectionKey[]): Promise<readonly EncodedProjectionRow[]> {
    return withinBound(await read<LoadedRow>(this.connection, ROWS, loadRows(this.names, keys))).map(toLoaded);
  }

  private async *sequencesChecked(wanted: ProjectionScope): AsyncGenerator<ProjectionSequence> {
    let after: SequenceRow | undefined;
    for (;;) {
      const page = readSequences(this.names, wanted, after, SEQUENCES_PAGE);
      const rows = await read<SequenceRow>(this.connection, 'the sequences of a projection', page);
      for (const { tenant_id: tenantId, id, sequence } of rows) {
        yield { tenantId: tenantId as TenantId, id, sequence: Number(sequence) };
      }
      if (rows.length < SEQUENCES_PAGE) return;
      after = rows[rows.length - 1];
    }
  }

  private checkOpen(): void {
    if (this.closing) throw new ClosedError('The PostgreSQL projection store');
  }
}

function withinPage(rows: readonly ListedRow[]): readonly (ListedRow & { readonly json: string })[] {
  try {
    return withinBound(rows);
  } catch {
    throw new InvalidArgumentError('query.limit', 'gives a page over the bound in bytes; ask for fewer rows');
  }
}

function toLoaded(row: LoadedRow & { readonly json: string }): EncodedProjectionRow {
  return {
    tenantId: row.tenant_id as TenantId,
    projection: row.projection,
    version: Number(row.version),
    id: row.id,
    sequence: Number(row.sequence),
    state: row.json,
    updatedAt: Number(row.updated_ms),
  };
}

function toListed(
  { tenantId, projection, version }: CheckedProjectionQuery,
  row: ListedRow & { readonly json: string },
): ProjectionRow {
  return decodeProjectionRow({
    tenantId,
    projection,
    version,
    id: row.id,
    sequence: Number(row.sequence),
    state: row.json,
    updatedAt: Number(row.updated_ms),
  });
}

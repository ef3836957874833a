import type { ClickHouseConnection, QueryParams } from './clickhouse-connection.js';
import type { ClickHouseSettings } from './clickhouse-settings.js';

/** Rows of one page: some megabytes at most, where keys are as long as they may be. */
const PAGE_ROWS = 10_000;

/** A statement for the next rows after the last one, in the order of a key, and no more of them than `limit`. */
export type PageStatement<Row> = (
  after: Row | undefined,
  limit: number,
) => { readonly sql: string; readonly params: QueryParams; readonly settings?: ClickHouseSettings };

/**
 * Rows one after the other in the order of a key, read page by page: a loop over them holds no connection while it is
 * busy, so that loops which read on inside never wait for each other, and may stand still for as long as they like.
 */
export async function* walkPages<Row>(
  connection: ClickHouseConnection,
  statement: PageStatement<Row>,
): AsyncGenerator<Row, void, undefined> {
  let after: Row | undefined;
  for (;;) {
    const { sql, params, settings } = statement(after, PAGE_ROWS);
    const { rows } = await connection.page<Row>(sql, params, settings, { isWalk: true });
    yield* rows;
    if (rows.length < PAGE_ROWS) return;
    after = rows[rows.length - 1];
  }
}

import { setTimeout as sleep } from 'node:timers/promises';
import type { ClickHouseConnection, QueryParams } from './clickhouse-connection.js';
import type { ClickHouseSettings } from './clickhouse-settings.js';
import { MutationFailedError } from './mutation-failed.error.js';

const FIRST_POLL_MS = 10;
const MAX_POLL_MS = 1_000;
/** Bound of the wait for one statement; it goes on in the server after that. */
const MAX_WAIT_MS = 3_600_000;

/** The statement returns at once; how far it is stands in the list of mutations. */
const IN_BACKGROUND: ClickHouseSettings = { mutations_sync: 0, lightweight_deletes_sync: 0, alter_sync: 1 };

const UNFINISHED = `
SELECT count() AS running, anyIf(latest_fail_reason, latest_fail_reason != '') AS reason
FROM system.mutations
WHERE database = {database:String} AND table = {table:String} AND NOT is_done`;

/**
 * Runs a DELETE, and resolves when no row that it means can be read any more. It works on what was there when it began:
 * what is inserted later stays.
 *
 * @throws MutationFailedError when the server could not carry it out in time
 */
export async function deleteRows(
  connection: ClickHouseConnection,
  table: string,
  sql: string,
  params: QueryParams,
): Promise<void> {
  await connection.command(sql, params, IN_BACKGROUND);
  await mutationsDone(connection, table);
}

/**
 * Writes all parts of a table anew that hold deleted rows, so that their bytes are gone. The server removes the old
 * files some minutes later (`old_parts_lifetime`).
 *
 * @throws MutationFailedError when the server could not carry it out in time
 */
export async function purgeDeletedRows(connection: ClickHouseConnection, table: string): Promise<void> {
  await connection.command(`ALTER TABLE ${table} APPLY DELETED MASK`, {}, IN_BACKGROUND);
  await mutationsDone(connection, table);
}

async function mutationsDone(connection: ClickHouseConnection, table: string): Promise<void> {
  const giveUpAt = performance.now() + MAX_WAIT_MS;
  const params = { database: connection.database, table };
  for (let pollMs = FIRST_POLL_MS; ; pollMs = Math.min(pollMs * 2, MAX_POLL_MS)) {
    const [row] = await connection.query<{ readonly running: string; readonly reason: string }>(UNFINISHED, params);
    if (Number(row!.running) === 0) return;
    if (row!.reason !== '') throw new MutationFailedError(table, row!.reason);
    if (performance.now() > giveUpAt) throw new MutationFailedError(table, `it takes longer than ${MAX_WAIT_MS} ms`);
    await sleep(pollMs);
  }
}

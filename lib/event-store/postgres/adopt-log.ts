import type { PostgresConnection, PostgresQueryable } from '../../postgres/postgres-connection.js';
import type { SchemaNames } from '../../postgres/schema-names.js';

/** Bound of one statement: finding the highest number reads the whole log. */
const STATEMENT_TIMEOUT_MS = 600_000;

interface Origin {
  readonly cluster: string;
  readonly now: string;
}

/**
 * Numbers of transactions belong to one cluster. After a log was moved into another one, from a dump, theirs could come
 * below those of the events that are there: then the new ones are counted on from the highest. Appends wait meanwhile.
 *
 * A cluster is known by its system identifier. Who may not read that has the highest number compared instead.
 */
export async function adoptLog(connection: PostgresConnection, names: SchemaNames): Promise<void> {
  const [found] = await readOrigin(connection, names);
  if (found!.cluster === found!.now && found!.now !== '') return;
  await connection.transaction(async (transaction) => {
    await transaction.query({ text: `LOCK TABLE ${names.of('log_origin')} IN ACCESS EXCLUSIVE MODE` });
    const [origin] = await readOrigin(transaction, names);
    if (origin!.cluster === origin!.now && origin!.now !== '') return;
    await transaction.query({
      text: `UPDATE ${names.of('log_origin')} o SET cluster = $1, xid_offset = greatest(o.xid_offset, e.highest + 1 - c.next)
             FROM (SELECT coalesce(max(transaction), 0) AS highest FROM ${names.of('events')}) e,
               (SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS next) c`,
      values: [origin!.now],
    });
  }, STATEMENT_TIMEOUT_MS);
}

function readOrigin(connection: PostgresQueryable, names: SchemaNames): Promise<readonly Origin[]> {
  return connection.query<Origin>({
    text: `SELECT o.cluster, CASE WHEN has_function_privilege('pg_control_system()', 'EXECUTE')
             THEN (SELECT c.system_identifier::text FROM pg_control_system() c) ELSE '' END AS now
           FROM ${names.of('log_origin')} o`,
  });
}

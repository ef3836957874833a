import type { Migration } from '../../../postgres/migrations.js';

/** Every transaction below this number has ended, so no event will come to stand below it any more. */
export const settledTransaction: Migration = {
  id: 3,
  name: 'settled_transaction',
  statements: (names) => [
    `CREATE FUNCTION ${names.of('settled_transaction')}() RETURNS bigint LANGUAGE sql STABLE AS $body$
      SELECT o.xid_offset + pg_snapshot_xmin(pg_current_snapshot())::text::bigint FROM ${names.of('log_origin')} o
    $body$`,
  ],
};

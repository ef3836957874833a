import type { PostgresStatement } from '../../../postgres/postgres-connection.js';
import type { SchemaNames } from '../../../postgres/schema-names.js';
import type { LogPlace } from '../../log-row.js';
import type { EventRow } from '../event-row.js';
import { arrayLiteral } from './array-literal.js';
import { EVENT_COLUMNS } from './event-columns.js';

/** Bytes of one page; a single larger event still comes, alone. */
const PAGE_BYTES = 4_194_304;

export interface PlacedRow extends EventRow {
  /** Which of the places it stands at, from 1. */
  readonly n: string | number;
  /** Rows that there were for the page; when as many have come, it is the last. */
  readonly candidates: string | number;
}

/** The events at some places, in the order of the places, as many as one page takes. */
export function readEach(names: SchemaNames, places: readonly LogPlace[]): PostgresStatement {
  return {
    name: 'read_each',
    text: `SELECT ${EVENT_COLUMNS}, e.n, e.candidates
      FROM (
        SELECT p.*, count(*) OVER () AS candidates,
          sum(octet_length(p.payload) + octet_length(p.metadata)) OVER (ORDER BY p.n)
            - octet_length(p.payload) - octet_length(p.metadata) AS bytes_before
        FROM (
          SELECT e.*, w.n
          FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[])
            WITH ORDINALITY AS w (tenant_id, aggregate_type, aggregate_id, sequence, n)
          CROSS JOIN LATERAL (
            SELECT * FROM ${names.of('events')} e
            WHERE e.tenant_id = w.tenant_id AND e.aggregate_type = w.aggregate_type
              AND e.aggregate_id = w.aggregate_id AND e.sequence = w.sequence
            OFFSET 0
          ) e
        ) p
      ) e
      WHERE e.bytes_before < ${PAGE_BYTES}
      ORDER BY e.n`,
    values: [
      arrayLiteral(places.map(({ tenantId }) => tenantId)),
      arrayLiteral(places.map(({ aggregateType }) => aggregateType)),
      arrayLiteral(places.map(({ aggregateId }) => aggregateId)),
      arrayLiteral(places.map(({ sequence }) => sequence)),
    ],
  };
}

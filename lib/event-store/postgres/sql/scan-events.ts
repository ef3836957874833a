import type { PostgresStatement } from '../../../postgres/postgres-connection.js';
import type { SchemaNames } from '../../../postgres/schema-names.js';
import type { LogRowsQuery } from '../../event-log.js';
import type { EventRow } from '../event-row.js';
import { EVENT_COLUMNS } from './event-columns.js';
import { NOT_RESERVED } from './not-reserved.js';
import { storableTexts } from './storable-texts.js';

/** Rows and bytes of one page; a single larger event still comes, alone. */
export const SCAN_PAGE_ROWS = 2_000;
const PAGE_BYTES = 8_388_608;

export interface ScannedRow extends EventRow {
  /** Rows that there were for the page; when as many have come, and fewer than a page has, it is the last. */
  readonly candidates: string | number;
  readonly idempotency_key: string | null;
  readonly key_last_sequence: string | number | null;
}

/** The next rows of the log in the order of its primary key. */
export function scanEvents(names: SchemaNames, query: LogRowsQuery): PostgresStatement {
  const { tenantId, aggregateType, types, after } = query;
  const values: (string | number)[] = [];
  const place = (value: string | number): string => `$${values.push(value)}`;
  const conditions = [
    ...(tenantId === undefined ? [] : [`e.tenant_id = ${place(tenantId)}`]),
    aggregateType === undefined ? NOT_RESERVED : `e.aggregate_type = ${place(aggregateType)}`,
    ...(types === undefined
      ? []
      : [`e.event_type IN (SELECT json_array_elements_text(${place(storableTexts(types))}::json))`]),
    ...(after === undefined
      ? []
      : [
          `(e.tenant_id, e.aggregate_type, e.aggregate_id, e.sequence)
            > (${place(after.tenantId)}, ${place(after.aggregateType)}, ${place(after.aggregateId)}, ${place(after.sequence)})`,
        ]),
  ];
  const order = 'e.tenant_id, e.aggregate_type, e.aggregate_id, e.sequence';
  return {
    text: `SELECT ${EVENT_COLUMNS}, e.idempotency_key, e.key_last_sequence, e.candidates
      FROM (
        SELECT e.*, count(*) OVER () AS candidates,
          sum(octet_length(e.payload) + octet_length(e.metadata)) OVER (ORDER BY ${order} ROWS UNBOUNDED PRECEDING)
            - octet_length(e.payload) - octet_length(e.metadata) AS bytes_before
        FROM (
          SELECT * FROM ${names.of('events')} e
          WHERE ${conditions.join(' AND ')}
          ORDER BY ${order}
          LIMIT ${SCAN_PAGE_ROWS}
        ) e
      ) e
      WHERE e.bytes_before < ${PAGE_BYTES}
      ORDER BY ${order}`,
    values,
  };
}

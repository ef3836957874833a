import type { PostgresStatement } from '../../../postgres/postgres-connection.js';
import type { SchemaNames } from '../../../postgres/schema-names.js';
import type { CheckedReadOptions } from '../../check-read-options.js';
import type { StreamId } from '../../stream-id.js';
import { EVENT_COLUMNS } from './event-columns.js';
import { recordedWithin } from './recorded-within.js';
import { storableTexts } from './storable-texts.js';

/** Rows and bytes of one page; a single larger event still comes, alone. */
const PAGE_ROWS = 1_000;
const PAGE_BYTES = 4_194_304;

/** Most rows of the next page of a read. */
export function pageRows({ limit }: CheckedReadOptions): number {
  return Math.min(limit ?? PAGE_ROWS, PAGE_ROWS);
}

/** What every row says of its page. */
export interface StreamPage {
  /** Rows that there were for the page; when as many have come, it is the last. */
  readonly candidates: string | number;
  /** Where the stream stood; later events are not part of this read. */
  readonly stream_head: string | number;
}

/**
 * One page of the events of a stream. It ends before the bytes of its payloads pass the bound, by the lengths that the
 * server knows without reading them.
 */
export function readStream(names: SchemaNames, stream: StreamId, options: CheckedReadOptions): PostgresStatement {
  const { from, to, types, backwards } = options;
  const order = backwards ? 'DESC' : 'ASC';
  const values: (string | number)[] = [stream.tenantId, stream.aggregateType, stream.aggregateId, from, to];
  const place = (value: string | number): string => `$${values.push(value)}`;
  const conditions = [
    'e.tenant_id = $1 AND e.aggregate_type = $2 AND e.aggregate_id = $3 AND e.sequence BETWEEN $4 AND $5',
    ...recordedWithin(options, place),
  ];
  if (types !== undefined) {
    conditions.push(`e.event_type IN (SELECT json_array_elements_text(${place(storableTexts(types))}::json))`);
  }
  return {
    text: `SELECT ${EVENT_COLUMNS}, e.candidates, e.stream_head
      FROM (
        SELECT p.*, count(*) OVER () AS candidates,
          sum(octet_length(p.payload) + octet_length(p.metadata)) OVER (ORDER BY p.sequence ${order})
            - octet_length(p.payload) - octet_length(p.metadata) AS bytes_before,
          (SELECT s.head FROM ${names.of('streams')} s
            WHERE s.aggregate_type = $2 AND s.tenant_id = $1 AND s.aggregate_id = $3) AS stream_head
        FROM (
          SELECT * FROM ${names.of('events')} e
          WHERE ${conditions.join(' AND ')}
          ORDER BY e.sequence ${order}
          LIMIT ${place(pageRows(options))}
        ) p
      ) e
      WHERE e.bytes_before < ${PAGE_BYTES}
      ORDER BY e.sequence ${order}`,
    values,
  };
}

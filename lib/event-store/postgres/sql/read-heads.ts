import type { PostgresStatement } from '../../../postgres/postgres-connection.js';
import type { SchemaNames } from '../../../postgres/schema-names.js';
import type { CheckedHeadsQuery } from '../../check-read-options.js';
import { storableTexts } from './storable-texts.js';

export interface HeadRow {
  readonly tenant_id: string;
  readonly aggregate_id: string;
  readonly head: string | number;
  /** 0 for a stream without events of the asked types. */
  readonly events_counted: string | number;
  readonly emptied_head: string | number;
}

/** The next streams of one aggregate type after the given one. Sequences have no holes, so heads give a count too. */
export function readHeads(
  names: SchemaNames,
  { aggregateType, tenantId, types }: CheckedHeadsQuery,
  after: HeadRow | undefined,
  limit: number,
): PostgresStatement {
  const values = [aggregateType, limit, tenantId ?? null, after?.tenant_id ?? '', after?.aggregate_id ?? ''];
  const streams = `SELECT s.tenant_id, s.aggregate_id, s.head, s.emptied_head
    FROM ${names.of('streams')} s
    WHERE s.aggregate_type = $1 ${tenantId === undefined ? 'AND $3::text IS NULL' : 'AND s.tenant_id = $3'}
      AND (s.tenant_id, s.aggregate_id) > ($4, $5)
    ORDER BY s.tenant_id, s.aggregate_id
    LIMIT $2`;
  if (types === undefined) {
    return {
      text: `SELECT p.tenant_id, p.aggregate_id, p.head, p.head - p.emptied_head AS events_counted, p.emptied_head FROM (${streams}) p ORDER BY tenant_id, aggregate_id`,
      values,
    };
  }
  return {
    text: `SELECT p.tenant_id, p.aggregate_id, c.head, c.events_counted, p.emptied_head
      FROM (${streams}) p
      CROSS JOIN LATERAL (
        SELECT max(e.sequence) AS head, count(*) AS events_counted
        FROM ${names.of('events')} e
        WHERE e.tenant_id = p.tenant_id AND e.aggregate_type = $1 AND e.aggregate_id = p.aggregate_id
          AND e.event_type IN (SELECT json_array_elements_text($6::json))
      ) c
      ORDER BY p.tenant_id, p.aggregate_id`,
    values: [...values, storableTexts(types)],
  };
}

import type { PostgresStatement } from '../../../../postgres/postgres-connection.js';
import type { SchemaNames } from '../../../../postgres/schema-names.js';
import { fromMs } from '../../../../postgres/times.js';
import type { EncodedRecordRow } from '../../check-record-row.js';

/** Appends records, each event once; an event that has one keeps it. In the order of keys, see `saveRows`. */
export function appendRecords(names: SchemaNames, rows: readonly EncodedRecordRow[]): PostgresStatement {
  return {
    name: 'append_records',
    text: `INSERT INTO ${names.of('projection_records')}
             (projection, version, tenant_id, aggregate_id, sequence, event_id, recorded_at, record)
           SELECT r.projection, r.version, r.tenant, r.aggregate, r.sequence, r.event, ${fromMs('r.recorded')}, r.record
           FROM json_to_recordset($1::json) AS r(
             projection text, version bigint, tenant text, aggregate text, sequence bigint, event uuid,
             recorded bigint, record text
           )
           ORDER BY r.projection COLLATE "C", r.version, r.tenant COLLATE "C", r.event
           ON CONFLICT (projection, version, tenant_id, event_id) DO NOTHING`,
    values: [JSON.stringify(rows.map(toRow))],
  };
}

function toRow(row: EncodedRecordRow): object {
  return {
    projection: row.projection,
    version: row.version,
    tenant: row.tenantId,
    aggregate: row.aggregateId,
    sequence: row.sequence,
    event: row.eventId,
    recorded: row.recordedAt,
    record: row.record,
  };
}

import type { Migration } from '../../../../postgres/migrations.js';

/** The records of map projections, one row an event; the text `null` stands for one mapped to nothing. */
export const projectionRecords: Migration = {
  id: 2,
  name: 'projection_records',
  statements: (names) => [
    `CREATE TABLE ${names.of('projection_records')} (
      version bigint NOT NULL,
      sequence bigint NOT NULL,
      recorded_at timestamptz(3) NOT NULL,
      event_id uuid NOT NULL,
      projection text COLLATE "C" NOT NULL,
      tenant_id text COLLATE "C" NOT NULL,
      aggregate_id text COLLATE "C" NOT NULL,
      record text NOT NULL,
      PRIMARY KEY (projection, version, tenant_id, event_id)
    )`,
    `CREATE INDEX projection_records_by_aggregate ON ${names.of('projection_records')}
      (projection, version, tenant_id, aggregate_id, sequence, event_id)`,
  ],
};

import type { Migration } from '../../../../postgres/migrations.js';

/**
 * The rows of fold projections. `state` is the truth, `document` the same for filters and sorting, in the encoding of
 * `toSearchJson`; NULL for a deleted row. Text is ordered by its bytes, as on every store.
 */
export const projectionRows: Migration = {
  id: 1,
  name: 'projection_rows',
  statements: (names) => [
    `CREATE TABLE ${names.of('projection_rows')} (
      version bigint NOT NULL,
      sequence bigint NOT NULL,
      updated_at timestamptz(3) NOT NULL,
      projection text COLLATE "C" NOT NULL,
      tenant_id text COLLATE "C" NOT NULL,
      id text COLLATE "C" NOT NULL,
      state text NOT NULL,
      document jsonb,
      PRIMARY KEY (projection, version, tenant_id, id)
    )`,
  ],
};

import type { MigrationSet } from '../../../../clickhouse/migrations.js';
import { PROJECTION_ROWS } from './0001-projection-rows.js';
import { PROJECTION_RECORDS } from './0002-projection-records.js';

/** The tables of projections. */
export const PROJECTION_MIGRATIONS: MigrationSet = {
  component: 'projections',
  migrations: [PROJECTION_ROWS, PROJECTION_RECORDS],
};

import type { MigrationSet } from '../../../../postgres/migrations.js';
import { projectionRows } from './0001-projection-rows.js';
import { projectionRecords } from './0002-projection-records.js';

/** The tables of the projection and record stores. Run them before these are opened. */
export const PROJECTION_MIGRATIONS: MigrationSet = {
  component: 'projections',
  migrations: [projectionRows, projectionRecords],
};

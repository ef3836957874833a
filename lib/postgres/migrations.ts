import type * as sql from '../sql/migrations.js';
import type { SchemaNames } from './schema-names.js';

/** One step of a schema in PostgreSQL. All steps of a start are one transaction, so what cannot run in one is no step. */
export type Migration = sql.Migration<SchemaNames>;

export type MigrationSet = sql.MigrationSet<SchemaNames>;

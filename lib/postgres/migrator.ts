import { setTimeout as sleep } from 'node:timers/promises';
import { EventSourcingError } from '../errors/event-sourcing.error.js';
import { InvalidArgumentError } from '../errors/invalid-argument.error.js';
import { MigrationFailedError } from '../sql/migration-failed.error.js';
import { checkMigrationSets, checksumOf, verifyApplied } from '../sql/migrations.js';
import type { AppliedMigration, MigrationSet } from '../sql/migrations.js';
import { classifyPostgresError } from './classify-postgres-error.js';
import type { PostgresConnection, PostgresQueryable } from './postgres-connection.js';
import { CANONICAL_NAMES } from './schema-names.js';
import type { SchemaNames } from './schema-names.js';

const TABLE = 'es_migrations';
const MAX_ATTEMPTS = 5;
const RETRY_MS = 200;
/** Bound of one statement: a large index takes its time, and who waits for the lock waits for all of the others'. */
const STATEMENT_TIMEOUT_MS = 600_000;

/**
 * Brings a schema up to date: makes it, runs every migration that it has not had, and writes down each in the table
 * `es_migrations`. All of it is one transaction under an advisory lock of the schema, so of several processes that
 * start at once one does it, the others wait and find it done, and a failure leaves nothing behind.
 *
 * @throws MigrationChangedError, MigrationUnknownError, MigrationFailedError, InvalidArgumentError
 */
export async function migrate(
  connection: PostgresConnection,
  names: SchemaNames,
  sets: readonly MigrationSet<SchemaNames>[],
): Promise<void> {
  checkMigrationSets(sets, CANONICAL_NAMES);
  for (let attempt = 1; ; attempt += 1) {
    const run = new Run(names, sets);
    try {
      return await connection.transaction((transaction) => run.all(transaction), STATEMENT_TIMEOUT_MS);
    } catch (error) {
      if (isOurVerdict(error)) throw error;
      const hopeless = classifyPostgresError(error) === 'permanent' || attempt === MAX_ATTEMPTS;
      if (hopeless) throw new MigrationFailedError('PostgreSQL', run.migration, run.statement, error);
      await sleep(RETRY_MS * attempt);
    }
  }
}

function isOurVerdict(error: unknown): boolean {
  return error instanceof EventSourcingError && error.kind === 'permanent';
}

/** One attempt, which remembers how far it came. */
class Run {
  migration = 'es_migrations/0';
  statement = 0;

  constructor(
    private readonly names: SchemaNames,
    private readonly sets: readonly MigrationSet<SchemaNames>[],
  ) {}

  async all(transaction: PostgresQueryable): Promise<void> {
    const table = this.names.of(TABLE);
    await transaction.query({
      text: 'SELECT pg_advisory_xact_lock(hashtextextended($1, 0))',
      values: [`event-sourcing:${this.names.schema}`],
    });
    await this.prepare(transaction, table);
    const applied = await readApplied(transaction, table);
    verifyApplied(`PostgreSQL schema ${this.names.schema}`, this.sets, applied, CANONICAL_NAMES);
    for (const { component, migrations } of this.sets) {
      for (const migration of migrations) {
        if (applied.some((row) => row.component === component && row.id === migration.id)) continue;
        this.migration = `${component}/${migration.id} (${migration.name})`;
        for (const [index, text] of migration.statements(this.names).entries()) {
          this.statement = index + 1;
          await transaction.query({ text });
        }
        await transaction.query({
          text: `INSERT INTO ${table} (component, id, name, checksum) VALUES ($1, $2, $3, $4)`,
          values: [component, migration.id, migration.name, checksumOf(migration, CANONICAL_NAMES)],
        });
      }
    }
  }

  /** The schema is made only where it is missing, since that needs a right which a user may lack. */
  private async prepare(transaction: PostgresQueryable, table: string): Promise<void> {
    const [found] = await transaction.query<{ readonly encoding: string; readonly has_schema: boolean }>({
      text: `SELECT current_setting('server_encoding') AS encoding,
               EXISTS (SELECT FROM pg_namespace WHERE nspname = $1) AS has_schema`,
      values: [this.names.schema],
    });
    if (found!.encoding !== 'UTF8') {
      throw new InvalidArgumentError('database', `must have the encoding UTF8, but has ${found!.encoding}`);
    }
    if (!found!.has_schema) await transaction.query({ text: `CREATE SCHEMA "${this.names.schema}"` });
    await transaction.query({
      text: `CREATE TABLE IF NOT EXISTS ${table} (
               component text NOT NULL,
               id integer NOT NULL,
               name text NOT NULL,
               checksum text NOT NULL,
               applied_at timestamptz NOT NULL DEFAULT now(),
               PRIMARY KEY (component, id)
             )`,
    });
  }
}

function readApplied(transaction: PostgresQueryable, table: string): Promise<readonly AppliedMigration[]> {
  return transaction.query<AppliedMigration & object>({
    text: `SELECT component, id, checksum FROM ${table} ORDER BY component, id`,
  });
}

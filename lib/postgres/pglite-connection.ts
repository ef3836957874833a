import { setImmediate as turn } from 'node:timers/promises';
import type { PGlite, Transaction } from '@electric-sql/pglite';
import { ClosedError } from '../errors/closed.error.js';
import { loadPackage } from '../packages/load-package.js';
import { DirectoryLock } from './directory-lock.js';
import type { PostgresConnection, PostgresQueryable, PostgresStatement } from './postgres-connection.js';
import { within } from '../clock/within.js';

const CLOSE_TIMEOUT_MS = 5_000;
/** Longest time that statements one after the other may keep timers and sockets of the process waiting. */
const MAX_WITHOUT_TURN_MS = 10;

/** PostgreSQL inside this process, through the package `@electric-sql/pglite`: one connection, in turns. */
export class PgliteConnection implements PostgresConnection {
  readonly name = 'PostgreSQL (embedded)';
  private closing?: Promise<void>;
  private lastTurn = performance.now();

  private constructor(
    private readonly database: PGlite,
    private readonly lock: DirectoryLock | undefined,
  ) {}

  /**
   * @param path data directory, made when missing; without one everything is in memory
   * @throws MissingPackageError when `@electric-sql/pglite` is not installed
   * @throws EmbeddedDirectoryLockedError when another process uses the directory
   */
  static async open(path?: string): Promise<PgliteConnection> {
    const { PGlite } = await loadPackage(
      { name: '@electric-sql/pglite', install: '@electric-sql/pglite', purpose: 'The embedded PostgreSQL' },
      () => import('@electric-sql/pglite'),
    );
    if (path === undefined) return new PgliteConnection(await PGlite.create(), undefined);
    const lock = await DirectoryLock.take(path);
    try {
      return new PgliteConnection(await PGlite.create(path), lock);
    } catch (error) {
      await lock.release();
      throw error;
    }
  }

  async query<Row extends object>(statement: PostgresStatement): Promise<readonly Row[]> {
    this.checkOpen();
    const rows = await send<Row>(this.database, statement);
    await this.letOthersRun();
    return rows;
  }

  async transaction<T>(work: (transaction: PostgresQueryable) => Promise<T>): Promise<T> {
    this.checkOpen();
    return this.database.transaction((transaction) =>
      work({
        query: <Row extends object>(statement: PostgresStatement): Promise<readonly Row[]> =>
          send<Row>(transaction, statement),
      }),
    );
  }

  async ping(): Promise<void> {
    await this.query({ text: 'SELECT 1' });
  }

  close(): Promise<void> {
    this.closing ??= this.end();
    return this.closing;
  }

  /** The engine works in this thread and answers without a turn of the event loop, so a busy loop of statements has none. */
  private async letOthersRun(): Promise<void> {
    if (performance.now() - this.lastTurn < MAX_WITHOUT_TURN_MS) return;
    await turn();
    this.lastTurn = performance.now();
  }

  private async end(): Promise<void> {
    try {
      // The queue of statements is in order, so an empty one that is through means that all before it are.
      await within(CLOSE_TIMEOUT_MS, send(this.database, { text: 'SELECT 1' }));
      await this.database.close();
    } finally {
      await this.lock?.release();
    }
  }

  private checkOpen(): void {
    if (this.closing) throw new ClosedError('The embedded PostgreSQL');
  }
}

async function send<Row extends object>(
  target: PGlite | Transaction,
  { text, values }: PostgresStatement,
): Promise<readonly Row[]> {
  const { rows } = await target.query<Row>(text, values && [...values]);
  return rows;
}

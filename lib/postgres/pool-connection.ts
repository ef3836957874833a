import type { Client, ClientConfig, Pool, PoolClient, PoolConfig, QueryConfig } from 'pg';
import { ClosedError } from '../errors/closed.error.js';
import { loadPackage } from '../packages/load-package.js';
import { isServerError } from './classify-postgres-error.js';
import { resolvePoolOptions, type PostgresPoolOptions, type ResolvedPoolOptions } from './pool-options.js';
import type { PostgresConnection, PostgresQueryable, PostgresStatement } from './postgres-connection.js';
import { PostgresUnreachableError } from './postgres-unreachable.error.js';
import { within } from '../clock/within.js';

/** Statements that may wait for a connection at once. */
const MAX_WAITING = 10_000;
/** How much longer than the server's own bound a statement is waited for: only a server that stands still needs it. */
const ANSWER_MARGIN_MS = 5_000;
const CLOSE_TIMEOUT_MS = 5_000;

/** A connection beside the pool that hears what is notified. */
export type ListeningClient = Pick<Client, 'query' | 'on' | 'end' | 'connection'>;

/** A pool of connections to a server, through the package `pg`. */
export class PoolConnection implements PostgresConnection {
  readonly name = 'PostgreSQL';
  private readonly running = new Set<Promise<unknown>>();
  private closing?: Promise<void>;

  private constructor(
    private readonly pool: Pool,
    private readonly options: ResolvedPoolOptions,
    private readonly newClient: (config: ClientConfig) => Client,
  ) {}

  /**
   * Loads the client; it does not reach out to the server yet, see `ping()`.
   *
   * @throws MissingPackageError when `pg` is not installed
   * @throws InvalidArgumentError
   */
  static async open(options: PostgresPoolOptions): Promise<PoolConnection> {
    const resolved = resolvePoolOptions(options);
    const { default: pg } = await loadPackage(
      { name: 'pg', install: 'pg', purpose: 'The PostgreSQL storage' },
      () => import('pg'),
    );
    const pool = new pg.Pool(toPoolConfig(resolved));
    // A connection that breaks fails the statement that runs on it; one that is idle leaves the pool by itself.
    pool.on('error', () => undefined);
    pool.on('connect', (client) => client.on('error', () => undefined));
    return new PoolConnection(pool, resolved, (config) => new pg.Client(config));
  }

  async query<Row extends object>(statement: PostgresStatement): Promise<readonly Row[]> {
    return this.run((client) => send<Row>(client, statement, this.options.statementTimeoutMs));
  }

  async transaction<T>(work: (transaction: PostgresQueryable) => Promise<T>, timeoutMs?: number): Promise<T> {
    const boundMs = timeoutMs ?? this.options.statementTimeoutMs;
    return this.run(async (client) => {
      const run = <Row extends object>(statement: PostgresStatement): Promise<readonly Row[]> =>
        send<Row>(client, statement, boundMs);
      await run({ text: 'BEGIN ISOLATION LEVEL READ COMMITTED' });
      let result: T;
      try {
        await run({ text: `SET LOCAL statement_timeout = ${boundMs}` });
        result = await work({ query: run });
      } catch (error) {
        // Without an answer the connection is given up, which rolls back too.
        if (isServerError(error)) await run({ text: 'ROLLBACK' });
        else await run({ text: 'ROLLBACK' }).catch(() => undefined);
        throw error;
      }
      await run({ text: 'COMMIT' });
      return result;
    });
  }

  /** Connects beside the pool. The caller ends it. */
  async openClient(): Promise<ListeningClient> {
    const client = this.newClient(toPoolConfig(this.options));
    // Until the caller listens; then it is told as well.
    client.on('error', () => undefined);
    await client.connect();
    return client;
  }

  async ping(): Promise<void> {
    await this.query({ text: 'SELECT 1' });
  }

  close(): Promise<void> {
    this.closing ??= this.end();
    return this.closing;
  }

  /** A pool that is ended gives no connection to those who wait for one, so it is ended behind them. */
  private async end(): Promise<void> {
    const bound = performance.now() + CLOSE_TIMEOUT_MS;
    await within(CLOSE_TIMEOUT_MS, Promise.allSettled(this.running));
    await within(bound - performance.now(), this.pool.end());
  }

  private async run<T>(work: (client: PoolClient) => Promise<T>): Promise<T> {
    if (this.closing) throw new ClosedError('The PostgreSQL connection');
    const running = this.use(work);
    this.running.add(running);
    try {
      return await running;
    } finally {
      this.running.delete(running);
    }
  }

  /** A connection on which anything went wrong but an orderly answer is not used again. */
  private async use<T>(work: (client: PoolClient) => Promise<T>): Promise<T> {
    const client = await this.connect();
    try {
      const result = await work(client);
      client.release();
      return result;
    } catch (error) {
      client.release(!isServerError(error));
      throw error;
    }
  }

  private async connect(): Promise<PoolClient> {
    if (this.pool.waitingCount >= MAX_WAITING) {
      throw new PostgresUnreachableError(`${MAX_WAITING} statements already wait for one`);
    }
    try {
      return await this.pool.connect();
    } catch (cause) {
      throw new PostgresUnreachableError(reasonOf(cause), { cause });
    }
  }
}

async function send<Row extends object>(
  client: PoolClient,
  { text, values, name }: PostgresStatement,
  timeoutMs: number,
): Promise<readonly Row[]> {
  const config: QueryConfig & { readonly query_timeout: number } = {
    text,
    query_timeout: timeoutMs + ANSWER_MARGIN_MS,
    ...(values !== undefined && { values: [...values] }),
    ...(name !== undefined && { name }),
  };
  const { rows } = await client.query<Row>(config);
  return rows;
}

function toPoolConfig(options: ResolvedPoolOptions): PoolConfig {
  const { connectionString, host, port, user, password, database, ssl } = options;
  return {
    ...(connectionString !== undefined && { connectionString }),
    ...(host !== undefined && { host }),
    ...(port !== undefined && { port }),
    ...(user !== undefined && { user }),
    ...(password !== undefined && { password }),
    ...(database !== undefined && { database }),
    ...(ssl !== undefined && { ssl }),
    application_name: 'event-sourcing-nestjs',
    max: options.maxConnections,
    connectionTimeoutMillis: options.connectTimeoutMs,
    statement_timeout: options.statementTimeoutMs,
    keepAlive: true,
    // The append function relies on seeing what others committed before it got the lock of a stream.
    options: '-c default_transaction_isolation=read\\ committed',
  };
}

function reasonOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(reasonOf).join('; ');
  return error instanceof Error ? error.message || String(error) : String(error);
}

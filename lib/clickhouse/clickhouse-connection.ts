import { Readable } from 'node:stream';
import type { ClickHouseClient } from '@clickhouse/client';
import { InvalidArgumentError } from '../errors/invalid-argument.error.js';
import { BASE_SETTINGS, WAIT_FOR_END, type ClickHouseSettings } from './clickhouse-settings.js';
import { checkIdentifier } from './identifier.js';
import { Limiter } from './limiter.js';
import { loadPackage } from './load-package.js';
import { MissingSummaryError } from './missing-summary.error.js';

const DEFAULT_REQUEST_TIMEOUT_MS = 30_000;
const DEFAULT_MAX_OPEN_CONNECTIONS = 10;
/** One for statements and one for streams. */
const MIN_OPEN_CONNECTIONS = 2;
const MAX_WAITING = 10_000;
/** How long a reader of a stream may pause, on both ends of the connection. */
const STREAM_IDLE_TIMEOUT_MS = 600_000;
/** Below the keep-alive time of every server version (3 s in old ones), so that no socket is used as the server drops it. */
const IDLE_SOCKET_TTL_MS = 2_500;
const CLOSE_TIMEOUT_MS = 5_000;

export interface ClickHouseConnectionOptions {
  /** `http://host:8123` or `https://…`, without credentials and database. */
  readonly url: string;
  readonly database: string;
  /** @default 'default' */
  readonly username?: string;
  /** @default '' */
  readonly password?: string;
  /** Bound of one statement, on the server too (`max_execution_time`). @default 30_000 */
  readonly requestTimeoutMs?: number;
  /** Sockets to the server; half of them are kept for streams. At least 2. @default 10 */
  readonly maxOpenConnections?: number;
}

/** Query parameters by name, bound by the server: `{name:Type}` in the statement. */
export type QueryParams = Record<string, unknown>;

/**
 * The one way to ClickHouse: the unmodified client over HTTP, every relevant setting explicit, parallel statements
 * bounded, nothing printed.
 *
 * Errors of the client pass through as they are; `classifyClickHouseError` says what they mean. Nothing is repeated
 * here, since only the caller knows whether a repeat is safe.
 *
 * Streams have places and sockets of their own: a loop over a stream that sends a statement per row cannot block itself.
 */
export class ClickHouseConnection {
  private readonly statements: Limiter;
  private readonly streams: Limiter;

  private constructor(
    readonly database: string,
    private readonly client: ClickHouseClient,
    private readonly streamClient: ClickHouseClient,
    private readonly serverClient: ClickHouseClient,
    maxStatements: number,
    maxStreams: number,
    requestTimeoutMs: number,
  ) {
    const bounds = { maxWaiting: MAX_WAITING, maxWaitMs: requestTimeoutMs };
    this.statements = new Limiter({ what: 'statements', maxActive: maxStatements, ...bounds });
    this.streams = new Limiter({ what: 'streams', maxActive: maxStreams, ...bounds });
  }

  /**
   * Loads the client; it does not reach out to the server yet, see `ping()`.
   *
   * @throws MissingPackageError when `@clickhouse/client` is not installed
   * @throws InvalidArgumentError
   */
  static async open(options: ClickHouseConnectionOptions): Promise<ClickHouseConnection> {
    const database = checkIdentifier('database', options.database);
    const timeoutMs = options.requestTimeoutMs ?? DEFAULT_REQUEST_TIMEOUT_MS;
    const sockets = options.maxOpenConnections ?? DEFAULT_MAX_OPEN_CONNECTIONS;
    if (!Number.isInteger(sockets) || sockets < MIN_OPEN_CONNECTIONS) {
      throw new InvalidArgumentError('maxOpenConnections', `must be an integer of at least ${MIN_OPEN_CONNECTIONS}`);
    }
    if (!Number.isInteger(timeoutMs) || timeoutMs < 1) {
      throw new InvalidArgumentError('requestTimeoutMs', 'must be an integer of at least 1');
    }
    if (!URL.canParse(options.url) || !/^https?:$/.test(new URL(options.url).protocol)) {
      throw new InvalidArgumentError('url', 'must be an http or https URL, such as http://localhost:8123');
    }
    const { createClient, ClickHouseLogLevel } = await loadPackage(
      { name: '@clickhouse/client', install: '@clickhouse/client', purpose: 'The ClickHouse storage' },
      () => import('@clickhouse/client'),
    );
    const maxStreams = Math.floor(sockets / 2);
    const create = (
      maxSockets: number,
      idleMs: number,
      settings: ClickHouseSettings,
      name?: string,
    ): ClickHouseClient =>
      createClient({
        url: options.url,
        ...(name === undefined ? {} : { database: name }),
        username: options.username ?? 'default',
        password: options.password ?? '',
        application: 'event-sourcing-nestjs',
        request_timeout: idleMs,
        max_open_connections: maxSockets,
        keep_alive: { enabled: true, idle_socket_ttl: IDLE_SOCKET_TTL_MS, eagerly_destroy_stale_sockets: true },
        compression: { request: false, response: false },
        use_multipart_params_auto: true,
        // The client prints every error by default; ours are thrown and told by whoever handles them.
        log: { level: ClickHouseLogLevel.OFF },
        clickhouse_settings: { ...BASE_SETTINGS, ...settings },
      });
    const bounded = { max_execution_time: Math.ceil(timeoutMs / 1000) };
    const paused = { http_send_timeout: STREAM_IDLE_TIMEOUT_MS / 1000 };
    return new ClickHouseConnection(
      database,
      create(sockets - maxStreams, timeoutMs, bounded, database),
      create(maxStreams, STREAM_IDLE_TIMEOUT_MS, paused, database),
      create(1, timeoutMs, bounded),
      sockets - maxStreams,
      maxStreams,
      timeoutMs,
    );
  }

  /**
   * The rows of a SELECT, all at once: for results known to be small. 64 bit integers come as text, times as
   * ISO 8601 in UTC.
   *
   * @param sql without a FORMAT clause
   */
  async query<Row>(sql: string, params: QueryParams = {}, settings: ClickHouseSettings = {}): Promise<Row[]> {
    const leave = await this.statements.enter();
    try {
      const result = await this.client.query({
        query: sql,
        format: 'JSONEachRow',
        query_params: params,
        clickhouse_settings: settings,
      });
      return await result.json<Row>();
    } finally {
      leave();
    }
  }

  /**
   * The rows of a SELECT one after the other, in bounded memory: the server is held back while the loop is busy.
   * Leaving the loop early closes the result and stops the query. A pause of more than ten minutes ends it with an error.
   *
   * @param sql without a FORMAT clause
   */
  async *stream<Row>(
    sql: string,
    params: QueryParams = {},
    settings: ClickHouseSettings = {},
  ): AsyncGenerator<Row, void, undefined> {
    const leave = await this.streams.enter();
    try {
      const result = await this.streamClient.query({
        query: sql,
        format: 'JSONEachRow',
        query_params: params,
        clickhouse_settings: settings,
      });
      try {
        for await (const rows of result.stream<Row>()) {
          for (const row of rows) yield row.json();
        }
      } finally {
        result.close();
      }
    } finally {
      leave();
    }
  }

  /** Any statement without a result: DDL, mutations, INSERT … SELECT between tables. One statement per call. */
  async command(sql: string, params: QueryParams = {}, settings: ClickHouseSettings = {}): Promise<void> {
    await this.run(this.client, sql, params, settings);
  }

  /**
   * `INSERT INTO … SELECT … FROM input('…') … FORMAT JSONEachRow` with `rows` as its input.
   *
   * @returns how many rows the server says it wrote; rows written by materialized views count too
   * @throws MissingSummaryError when a proxy has taken the number out of the answer
   */
  async insertSelect(
    sql: string,
    rows: readonly object[],
    params: QueryParams = {},
    settings: ClickHouseSettings = {},
  ): Promise<number> {
    if (rows.length === 0) return 0;
    const body = rows.map((row) => JSON.stringify(row)).join('\n');
    const leave = await this.statements.enter();
    try {
      const result = await this.client.exec({
        query: sql,
        values: Readable.from([body], { objectMode: false }),
        query_params: params,
        clickhouse_settings: { ...WAIT_FOR_END, ...settings },
      });
      // The socket is free only after the answer has been read.
      for await (const chunk of result.stream) void chunk;
      const written = Number(result.summary?.written_rows ?? Number.NaN);
      if (!Number.isSafeInteger(written)) throw new MissingSummaryError();
      return written;
    } finally {
      leave();
    }
  }

  /** Inserts rows into a table by the names of its columns. Does nothing when there are none. */
  async insert(table: string, rows: readonly object[], settings: ClickHouseSettings = {}): Promise<void> {
    const leave = await this.statements.enter();
    try {
      await this.client.insert({
        table,
        values: rows,
        format: 'JSONEachRow',
        clickhouse_settings: { ...WAIT_FOR_END, ...settings },
      });
    } finally {
      leave();
    }
  }

  /** Creates the database of this connection unless it exists. */
  async createDatabase(): Promise<void> {
    // Not through the other clients: a server refuses every statement that comes with the name of an unknown database.
    await this.run(this.serverClient, `CREATE DATABASE IF NOT EXISTS ${this.database} ENGINE = Atomic`, {}, {});
  }

  /** Resolves when the server answers and lets this user in, rejects with the reason otherwise. */
  async ping(): Promise<void> {
    await this.run(this.serverClient, 'SELECT 1 FORMAT Null', {}, {});
  }

  /** Refuses new statements, waits for the running ones for at most 5 s, then closes every socket. */
  async close(): Promise<void> {
    await Promise.all([this.statements.close(CLOSE_TIMEOUT_MS), this.streams.close(CLOSE_TIMEOUT_MS)]);
    await Promise.all([this.client.close(), this.streamClient.close(), this.serverClient.close()]);
  }

  private async run(
    client: ClickHouseClient,
    sql: string,
    params: QueryParams,
    settings: ClickHouseSettings,
  ): Promise<void> {
    const leave = await this.statements.enter();
    try {
      await client.command({ query: sql, query_params: params, clickhouse_settings: { ...WAIT_FOR_END, ...settings } });
    } finally {
      leave();
    }
  }
}

import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ClickHouseConnection, type ClickHouseConnectionOptions } from '../../lib/clickhouse/clickhouse-connection.js';
import { EmbeddedClickHouse } from '../../lib/clickhouse/embedded-clickhouse.js';

/** A ClickHouse server of its own for one test file, on a fresh data directory. */
export interface TestClickHouse {
  readonly url: string;
  readonly username: string;
  readonly password: string;
  readonly pid: number | undefined;
  /** A connection to `database`, which is not created by it; closed by `stop()` at the latest. */
  connect(database: string, options?: Partial<ClickHouseConnectionOptions>): Promise<ClickHouseConnection>;
  /** Closes what `connect()` opened, ends the server, removes its data. */
  stop(): Promise<void>;
}

/** Call it in `beforeAll`, and `stop()` in `afterAll`. */
export async function startTestClickHouse(): Promise<TestClickHouse> {
  const path = await mkdtemp(join(tmpdir(), 'clickhouse-test-'));
  const server = await EmbeddedClickHouse.start({ path });
  const { url, username, password, pid } = server;
  const connections: ClickHouseConnection[] = [];
  return {
    url,
    username,
    password,
    pid,
    async connect(database, options = {}) {
      const connection = await ClickHouseConnection.open({ url, username, password, database, ...options });
      connections.push(connection);
      return connection;
    },
    async stop() {
      await Promise.all(connections.map((connection) => connection.close()));
      await server.stop();
      await rm(path, { recursive: true, force: true });
    },
  };
}

/** A database name that no other case uses. */
export function newDatabaseName(): string {
  return `test_${randomBytes(8).toString('hex')}`;
}

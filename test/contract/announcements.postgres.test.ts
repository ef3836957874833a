import pg from 'pg';
import { expect } from 'vitest';
import { type ListeningClient, PoolConnection } from '../../lib/postgres/pool-connection.js';
import { PostgresChannel } from '../../lib/postgres/postgres-channel.js';
import { startTestPostgres, type TestPostgres } from '../support/postgres-server.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { announcementsSuite } from './announcements.suite.js';

let server: TestPostgres;
let connectionString: string;
let proxy: TcpProxy;
/** What listened, the last one last. */
const clients: ListeningClient[] = [];

announcementsSuite({
  name: 'through PostgreSQL',
  start: async () => {
    server = await startTestPostgres();
    connectionString = await server.createDatabase();
    proxy = await TcpProxy.start(Number(new URL(connectionString).port));
  },
  open: async () => {
    const connection = await PoolConnection.open({ connectionString: proxy.through(connectionString) });
    const channel = new PostgresChannel('a_schema', connection, async () => {
      const client = await connection.openClient();
      clients.push(client);
      return client;
    });
    return { channel, close: () => connection.close() };
  },
  cut: async () => {
    const client = new pg.Client({ connectionString });
    await client.connect();
    await client.query(
      'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = current_database()',
    );
    await client.end();
  },
  hold: () => proxy.hold(),
  release: () => {
    // Broken off by whoever closed it, not by this.
    expect(clients.at(-1)!.connection.stream.destroyed).toBe(true);
    proxy.release('gone');
  },
  stop: async () => {
    await proxy.stop();
    await server.stop();
  },
});

import pg from 'pg';
import { PoolConnection } from '../../lib/postgres/pool-connection.js';
import { PostgresChannel } from '../../lib/postgres/postgres-channel.js';
import { startTestPostgres, type TestPostgres } from '../support/postgres-server.js';
import { announcementsSuite } from './announcements.suite.js';

let server: TestPostgres;
let connectionString: string;

announcementsSuite({
  name: 'through PostgreSQL',
  start: async () => {
    server = await startTestPostgres();
    connectionString = await server.createDatabase();
  },
  open: async () => {
    const connection = await PoolConnection.open({ connectionString });
    const channel = new PostgresChannel('a_schema', connection, () => connection.openClient());
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
  stop: () => server.stop(),
});

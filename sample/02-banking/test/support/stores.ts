import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startTestPostgres } from '../../../../test/support/postgres-server.js';

/** What the environment says of a store of its own, and how that is ended. */
export interface StoreEnvironment {
  readonly env: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

/** Where the sample can keep its events, by name. */
export const STORES: Readonly<Record<string, () => Promise<StoreEnvironment>>> = {
  memory: async () => ({ env: { STORE: 'memory' }, stop: async () => {} }),
  'the embedded PostgreSQL': async () => {
    const directory = await mkdtemp(join(tmpdir(), 'banking-'));
    return { env: { DATA_DIR: directory }, stop: () => rm(directory, { recursive: true, force: true }) };
  },
  'a PostgreSQL server': startServer,
};

/** A server, and a directory for what the sample keeps beside it. */
export async function startServer(): Promise<StoreEnvironment> {
  const server = await startTestPostgres();
  const directory = await mkdtemp(join(tmpdir(), 'banking-'));
  return {
    env: { DATABASE_URL: await server.createDatabase(), DATA_DIR: directory },
    stop: async () => {
      await server.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

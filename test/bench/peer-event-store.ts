import { createFilter, PostgresEventStore } from '@ricofritzsche/eventstore';
import pg from 'pg';
import { accountId, EVENTS_PER_ACCOUNT, movement } from './accounts.js';
import type { Load } from './rates.js';

const TYPE = 'contract.noted';

/** The event store of the npm package `@ricofritzsche/eventstore` (MIT), filled with the same events. */
export interface PeerEventStore {
  fill(events: number): Promise<void>;
  conditionalAppends(accounts: number): Load;
  close(): Promise<void>;
}

export async function openPeerEventStore(connectionString: string): Promise<PeerEventStore> {
  const store = new PostgresEventStore({ connectionString });
  await quietly(() => store.initializeDatabase());
  const client = new pg.Pool({ connectionString, max: 1 });
  // A pool that was told to end does not wait for its connections, and the server may end them first.
  for (const pool of [client, (store as unknown as { readonly pool: pg.Pool }).pool]) pool.on('error', () => undefined);
  const last = new Map<string, number>();
  // It tells its subscribers the sequence numbers that `append` does not return.
  await store.subscribe(async (events) => {
    for (const { payload, sequenceNumber } of events) last.set(payload.accountId as string, sequenceNumber);
  });
  return {
    fill: async (events) => {
      const accounts = events / EVENTS_PER_ACCOUNT;
      await client.query(
        `INSERT INTO events (event_type, payload)
         SELECT $1, $2::jsonb || jsonb_build_object('accountId', 'account-' || (n % $3), 'movement', n / $3)
         FROM generate_series(0, $4 - 1) AS n`,
        [TYPE, JSON.stringify(movement('', 0)), accounts, events],
      );
      await client.query('VACUUM ANALYZE events');
      for (let n = 0; n < accounts; n += 1) last.set(accountId(n), events - accounts + n + 1);
    },
    conditionalAppends: (accounts) => {
      let n = 0;
      const work = (): Promise<void> => {
        n += 1;
        const account = accountId(n % accounts);
        const filter = createFilter([TYPE], [{ accountId: account }]);
        return store.append([{ eventType: TYPE, payload: movement(account, n) }], filter, last.get(account)!);
      };
      return { callers: 1, eventsPerCall: 1, work };
    },
    close: async () => {
      await Promise.all([store.close(), client.end()]);
    },
  };
}

/** It writes to the console that it has made its tables. */
async function quietly(work: () => Promise<void>): Promise<void> {
  const { log } = console;
  console.log = () => undefined;
  try {
    await work();
  } finally {
    console.log = log;
  }
}

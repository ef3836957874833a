import { createInterface } from 'node:readline';
import type { EventStore } from '../../lib/event-store/event-store.js';
import { PostgresEventStore } from '../../lib/event-store/postgres/postgres-event-store.js';
import type { StreamId } from '../../lib/event-store/stream-id.js';
import { WrongExpectedSequenceError } from '../../lib/event-store/wrong-expected-sequence.error.js';
import { PoolConnection } from '../../lib/postgres/pool-connection.js';
import { schemaNames } from '../../lib/postgres/schema-names.js';
import { createTenantId } from '../../lib/tenancy/create-tenant-id.js';
import { ItemAdded } from './contract-events.js';
import { createStorageContext } from './storage-context.js';

/** What one process of a race is told, as JSON in its first argument. */
export interface RacePlan {
  readonly url: string;
  readonly schema: string;
  readonly tenant: string;
  readonly name: string;
  readonly writers: number;
  readonly rounds: number;
}

/** What it answers on stdout. */
export interface RaceResult {
  /** Rounds that a writer of this process won, with the name of the writer. */
  readonly wins: readonly { readonly round: number; readonly writer: string }[];
  /** Keys that a writer of this process was the first to append. */
  readonly firsts: readonly string[];
}

const plan = JSON.parse(process.argv[2]!) as RacePlan;
const context = await createStorageContext();
const connection = await PoolConnection.open({ connectionString: plan.url, maxConnections: plan.writers });
await connection.ping();

// Writers with stores of their own: one store would let its appends to a stream queue up in this process.
const writers = await Promise.all(
  Array.from({ length: plan.writers }, async (_, index) => ({
    name: `${plan.name}-${index}`,
    store: await PostgresEventStore.open({ ...context, connection, names: schemaNames(plan.schema) }),
  })),
);
const wins: { round: number; writer: string }[] = [];
const firsts: string[] = [];

// Each line in lets all writers run one round, so that none is ahead of the others; each line out says that they have.
process.stdout.write('ready\n');
const goes = createInterface(process.stdin)[Symbol.asyncIterator]();
for (let round = 0; round < plan.rounds; round += 1) {
  await goes.next();
  await Promise.all(writers.map(({ name, store }) => race(name, store, round)));
  if (round < plan.rounds - 1) process.stdout.write('ready\n');
}
process.stdout.write(`${JSON.stringify({ wins, firsts } satisfies RaceResult)}\n`);
await connection.close();
process.stdin.destroy();

function raceStream(aggregateId: 'expected' | 'keyed' | 'any'): StreamId {
  return { tenantId: createTenantId(plan.tenant), aggregateType: 'race', aggregateId };
}

async function race(writer: string, store: EventStore, round: number): Promise<void> {
  const event = { data: new ItemAdded(`${writer} ${round}`) };
  try {
    await store.append(raceStream('expected'), [event], { expectedSequence: round });
    wins.push({ round, writer });
  } catch (error) {
    if (!(error instanceof WrongExpectedSequenceError)) throw error;
  }
  const { repeated } = await store.append(raceStream('keyed'), [event, event], { key: `k${round}` });
  if (!repeated) firsts.push(`k${round}`);
  await store.append(raceStream('any'), [event, event, event]);
}

import { AppendConditionFailedError } from '../../lib/event-store/append-condition-failed.error.js';
import type { EventStore } from '../../lib/event-store/event-store.js';
import { PostgresEventStore } from '../../lib/event-store/postgres/postgres-event-store.js';
import type { StreamId } from '../../lib/event-store/stream-id.js';
import { WrongExpectedSequenceError } from '../../lib/event-store/wrong-expected-sequence.error.js';
import { PoolConnection } from '../../lib/postgres/pool-connection.js';
import { schemaNames } from '../../lib/postgres/schema-names.js';
import { createTenantId } from '../../lib/tenancy/create-tenant-id.js';
import { ItemAdded } from './contract-events.js';
import { runRounds } from './run-rounds.js';
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
  /** Rounds in which the condition of a writer of this process held, with the name of the writer. */
  readonly conditionWins: readonly { readonly round: number; readonly writer: string }[];
  /** Appends on a context of their own that were refused all the same. */
  readonly lost: number;
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
const conditionWins: { round: number; writer: string }[] = [];
let lost = 0;

await runRounds(plan.rounds, (round) => Promise.all(writers.map(({ name, store }) => race(name, store, round))));
process.stdout.write(`${JSON.stringify({ wins, firsts, conditionWins, lost } satisfies RaceResult)}\n`);
await connection.close();
process.stdin.destroy();

function raceStream(aggregateId: string): StreamId {
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
  await raceForSeat(writer, store, round);
}

/** Of all writers one gets the seat of the round; each gets a seat of its own. */
async function raceForSeat(writer: string, store: EventStore, round: number): Promise<void> {
  const take = async (seat: string): Promise<boolean> => {
    const condition = { query: [{ tags: [`seat:${seat}`] }, { payload: { name: `seat ${seat}` } }] };
    const event = { data: new ItemAdded(`seat ${seat}`), tags: [`seat:${seat}`, `writer:${writer}`] };
    try {
      // Streams of their own: it is the condition alone that keeps the writers apart.
      await store.append(raceStream(`${writer} ${round}`), [event], { condition });
      return true;
    } catch (error) {
      if (!(error instanceof AppendConditionFailedError)) throw error;
      return false;
    }
  };
  const [shared, own] = await Promise.all([take(`${round}`), take(`${round} of ${writer}`)]);
  if (shared) conditionWins.push({ round, writer });
  if (!own) lost += 1;
}

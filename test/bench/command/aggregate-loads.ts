import pg from 'pg';
import { AggregateRepository, createTenantId, type EventSourcedAggregate } from '../../../lib/index.js';
import type { AggregateClass } from '../../../lib/aggregates/aggregate-class.js';
import { Snapshots } from '../../../lib/aggregates/snapshots.js';
import { postgres } from '../../../lib/postgres.js';
import type { Storage } from '../../../lib/storage/storage.js';
import { startTestPostgres } from '../../support/postgres-server.js';
import { createStorageContext } from '../../support/storage-context.js';
import type { BenchResult, BenchScale } from '../bench-case.js';
import { measure, median } from '../measure.js';
import { Booked, Ledger, SNAPSHOT_EVERY, SnapshotLedger } from './ledger.js';

const TENANT = createTenantId('bench');
const SIZES = [10, 1_000, 100_000] as const;
const LARGEST = SIZES[2];
const EVENTS_PER_APPEND = 1_000;
/** A load finds that many events behind its snapshot on average. */
const BEHIND_SNAPSHOT = SNAPSHOT_EVERY / 2;
/** What a load with a snapshot may take, in loads of ten events. */
const LOADS_OF_TEN = 3;

const SETTINGS = { shared_buffers: '1GB', max_wal_size: '4GB' };

/** The events as bare as there is a query for them. */
const RAW_READ = {
  name: 'raw_read',
  text: `SELECT payload FROM event_sourcing.events
    WHERE tenant_id = $1 AND aggregate_type = 'ledger' AND aggregate_id = $2 ORDER BY sequence`,
};

interface Ledgers {
  readonly bookings: number;
}

/**
 * How long it takes to load an aggregate from PostgreSQL, by the number of its events, beside one bare query whose rows are
 * parsed and added up; and from a snapshot, beside three times the shortest load.
 */
export async function aggregateLoads(scale: BenchScale): Promise<readonly BenchResult[]> {
  const server = await startTestPostgres({ settings: SETTINGS });
  const connectionString = await server.createDatabase();
  const client = new pg.Pool({ connectionString, max: 1 });
  // The server may end them first.
  client.on('error', () => undefined);
  let storage: Storage | undefined;
  try {
    storage = await postgres({ connectionString }).open(await createStorageContext({}, [Booked]));
    const repository = new AggregateRepository(storage.events, new Snapshots(storage.projections));
    await fill(storage, repository);
    await client.query('VACUUM ANALYZE event_sourcing.events');
    return await compare(repository, client, scale);
  } finally {
    await storage?.close();
    await client.end();
    await server.stop();
  }
}

async function fill({ events }: Storage, repository: AggregateRepository): Promise<void> {
  const append = (size: number, count: number): Promise<unknown> => {
    const stream = { tenantId: TENANT, aggregateType: 'ledger', aggregateId: ledgerOf(size) };
    return events.append(
      stream,
      Array.from({ length: count }, (_, n) => ({ data: Booked.of(n) })),
    );
  };
  for (const size of SIZES) {
    const behind = size === LARGEST ? BEHIND_SNAPSHOT : 0;
    for (let left = size - behind; left > 0; left -= EVENTS_PER_APPEND) {
      await append(size, Math.min(left, EVENTS_PER_APPEND));
    }
    if (behind === 0) continue;
    // It keeps a snapshot, since it had to read so many.
    await repository.load(SnapshotLedger, ledgerOf(size), { tenantId: TENANT });
    await append(size, behind);
  }
}

async function compare(
  repository: AggregateRepository,
  client: pg.Pool,
  { rounds, measureMs }: BenchScale,
): Promise<readonly BenchResult[]> {
  const load = (ledger: AggregateClass<EventSourcedAggregate & Ledgers>, size: number) => async (): Promise<void> => {
    const { bookings } = await repository.load(ledger, ledgerOf(size), { tenantId: TENANT });
    if (bookings !== size) throw new Error(`A ledger of ${size} bookings was loaded with ${bookings}.`);
  };
  const cases = [
    ...SIZES.flatMap((size) => [
      { name: `load-${size}`, work: load(Ledger, size), times: [] as number[] },
      { name: `raw-${size}`, work: () => readRaw(client, size), times: [] as number[] },
    ]),
    { name: 'load-snapshot', work: load(SnapshotLedger, LARGEST), times: [] as number[] },
  ];
  for (let round = 0; round < rounds; round += 1) {
    for (const { work, times } of cases) times.push(median((await measure(measureMs, 1, 1, work)).durations));
  }
  const timeOf = (name: string): number => median(cases.find((one) => one.name === name)!.times);
  const result = (name: string, peer: string, peerValue: number): BenchResult => {
    const value = timeOf(name);
    return { name, unit: 'ms (p50)', value, peer, peerValue, ratio: peerValue / value };
  };
  return [
    ...SIZES.map((size) => result(`load-${size}`, 'one bare query', timeOf(`raw-${size}`))),
    result('load-snapshot', `${LOADS_OF_TEN} × load-10`, LOADS_OF_TEN * timeOf('load-10')),
  ];
}

async function readRaw(client: pg.Pool, size: number): Promise<void> {
  const { rows } = await client.query<{ payload: string }>({ ...RAW_READ, values: [TENANT, ledgerOf(size)] });
  let balance = 0;
  for (const { payload } of rows) balance += (JSON.parse(payload) as Booked).amount;
  if (rows.length !== size || balance < 0) throw new Error(`${rows.length} events were read instead of ${size}.`);
}

function ledgerOf(size: number): string {
  return `ledger-${size}`;
}

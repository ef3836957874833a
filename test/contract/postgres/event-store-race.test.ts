import { afterAll, beforeAll, expect, test } from 'vitest';
import { EVENT_STORE_MIGRATIONS } from '../../../lib/event-store/postgres/migrations/index.js';
import { PostgresEventStore } from '../../../lib/event-store/postgres/postgres-event-store.js';
import type { StreamId } from '../../../lib/event-store/stream-id.js';
import type { RecordedEvent } from '../../../lib/events/recorded-event.js';
import { migrate } from '../../../lib/postgres/migrator.js';
import { PoolConnection } from '../../../lib/postgres/pool-connection.js';
import { createTenantId } from '../../../lib/tenancy/create-tenant-id.js';
import { collect } from '../../support/collect.js';
import { compile, type Compiled } from '../../support/compile.js';
import type { ItemAdded } from '../../support/contract-events.js';
import { TEST_NAMES } from '../../support/postgres-database.js';
import type { RacePlan, RaceResult } from '../../support/postgres-race-writer.js';
import { startTestPostgres, type TestPostgres } from '../../support/postgres-server.js';
import { runRace, startRacer } from '../../support/race.js';
import { createStorageContext } from '../../support/storage-context.js';
import { sequences, upTo } from '../../../lib/testing/contract/event-store/event-store-cases.js';

const PROCESSES = 4;
const WRITERS = 5;
const ROUNDS = 30;
const RACE_LIMIT_MS = 90_000;

let server: TestPostgres | undefined;
let compiled: Compiled | undefined;

beforeAll(async () => {
  compiled = await compile('test/support/postgres-race-writer.ts');
  server = await startTestPostgres();
});
afterAll(async () => {
  await server?.stop();
  await compiled?.remove();
});

test(
  `lets exactly one of ${PROCESSES} × ${WRITERS} writers win each of ${ROUNDS} rounds, without a hole or a double`,
  { timeout: 2 * RACE_LIMIT_MS },
  async () => {
    const url = await server!.createDatabase();
    const connection = await PoolConnection.open({ connectionString: url });
    try {
      await migrate(connection, TEST_NAMES, [EVENT_STORE_MIGRATIONS]);
      const plan = { url, schema: TEST_NAMES.schema, tenant: 'race', writers: WRITERS, rounds: ROUNDS };
      const racers = upTo(PROCESSES).map((n) => {
        const one: RacePlan = { ...plan, name: `p${n}` };
        return startRacer(compiled!, 'postgres-race-writer.js', one, RACE_LIMIT_MS);
      });
      const results = await runRace<RaceResult>(racers, ROUNDS);

      const store = await PostgresEventStore.open({ ...(await createStorageContext()), connection, names: TEST_NAMES });
      const log = (aggregateId: string): Promise<RecordedEvent[]> => {
        const stream: StreamId = { tenantId: createTenantId('race'), aggregateType: 'race', aggregateId };
        return collect(store.read(stream));
      };

      const wins = results.flatMap((result) => result.wins).sort((a, b) => a.round - b.round);
      expect(wins.map(({ round }) => round)).toEqual(upTo(ROUNDS - 1, 0));
      const expected = await log('expected');
      expect(sequences(expected)).toEqual(upTo(ROUNDS));
      expect(expected.map(nameOf)).toEqual(wins.map(({ round, writer }) => `${writer} ${round}`));
      // With one winner for all rounds nothing would have been contended.
      expect(new Set(wins.map(({ writer }) => writer.split('-')[0])).size).toBeGreaterThan(1);

      const conditionWins = results.flatMap((result) => result.conditionWins).sort((a, b) => a.round - b.round);
      expect(conditionWins.map(({ round }) => round)).toEqual(upTo(ROUNDS - 1, 0));
      expect(new Set(conditionWins.map(({ writer }) => writer.split('-')[0])).size).toBeGreaterThan(1);
      expect(results.map(({ lost }) => lost)).toEqual(results.map(() => 0));
      const tenantId = createTenantId('race');
      for (const { round, writer } of conditionWins) {
        const seats = await collect(store.readAll({ tenantId, query: { payload: { name: `seat ${round}` } } }));
        expect(seats.map(({ tags }) => tags)).toEqual([[`seat:${round}`, `writer:${writer}`]]);
      }

      const firsts = results.flatMap((result) => result.firsts).sort();
      expect(firsts).toEqual(
        upTo(ROUNDS - 1, 0)
          .map((round) => `k${round}`)
          .sort(),
      );
      const keyed = await log('keyed');
      expect(sequences(keyed)).toEqual(upTo(2 * ROUNDS));
      expect(new Set(keyed.map((event) => nameOf(event).split(' ')[1])).size).toBe(ROUNDS);

      const any = await log('any');
      expect(sequences(any)).toEqual(upTo(3 * PROCESSES * WRITERS * ROUNDS));
      // Every append stands in one piece.
      const pieces = upTo(any.length / 3, 1).map((n) => any.slice(3 * n - 3, 3 * n).map(nameOf));
      expect(pieces.filter((names) => new Set(names).size !== 1)).toEqual([]);
      expect(new Set(pieces.map(([name]) => name)).size).toBe(PROCESSES * WRITERS * ROUNDS);
      expect(any.every((event, n) => n === 0 || event.recordedAt >= any[n - 1]!.recordedAt)).toBe(true);
    } finally {
      await connection.close();
    }
  },
);

function nameOf({ data }: RecordedEvent): string {
  return (data as ItemAdded).name;
}

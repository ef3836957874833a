import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ClickHouseProjectionStore } from '../../lib/projections/stores/clickhouse/clickhouse-projection-store.js';
import { PROJECTION_MIGRATIONS as CLICKHOUSE_MIGRATIONS } from '../../lib/projections/stores/clickhouse/migrations/index.js';
import { PROJECTION_MIGRATIONS as POSTGRES_MIGRATIONS } from '../../lib/projections/stores/postgres/migrations/index.js';
import { PostgresProjectionStore } from '../../lib/projections/stores/postgres/postgres-projection-store.js';
import type { ProjectionStore } from '../../lib/projections/stores/projection-store.js';
import { startTestDatabase } from '../support/clickhouse-database.js';
import { ItemAdded } from '../support/contract-events.js';
import { foldsSurviveLossAndPauses } from '../support/fold-lane-property.js';
import { foldsEqualSequentialFold } from '../support/fold-property.js';
import { FoldWorld } from '../support/fold-world.js';
import { overtakenSkipIsRefused, slowSkipTakesNothing } from '../support/overtaken-skips.js';
import {
  startEmbeddedDatabase,
  startServerDatabase,
  TEST_NAMES,
  type TestDatabase,
} from '../support/postgres-database.js';

interface Opened {
  readonly store: ProjectionStore;
  /** Calls `count` for each statement that the store sends. */
  watch(count: () => void): void;
  close(): Promise<void>;
}

const LANES = 200;

const onPostgres = async (starting: Promise<TestDatabase>): Promise<Opened> => {
  const { connection, stop } = await starting;
  const store = new PostgresProjectionStore(connection, TEST_NAMES);
  return {
    store,
    watch(count) {
      const query = connection.query.bind(connection);
      connection.query = (statement) => (count(), query(statement));
    },
    close: () => store.close().then(stop),
  };
};

const onClickHouse = async (): Promise<Opened> => {
  const { connection, stop } = await startTestDatabase([CLICKHOUSE_MIGRATIONS]);
  const store = new ClickHouseProjectionStore(connection);
  return {
    store,
    watch(count) {
      const [query, insert] = [connection.query.bind(connection), connection.insert.bind(connection)];
      connection.query = (...args) => (count(), query(...args));
      connection.insert = (...args) => (count(), insert(...args));
    },
    close: () => store.close().then(stop),
  };
};

describe.each([
  ['postgres', () => onPostgres(startServerDatabase([POSTGRES_MIGRATIONS])), 60],
  ['pglite', () => onPostgres(startEmbeddedDatabase([POSTGRES_MIGRATIONS])), 60],
  ['clickhouse', onClickHouse, 15],
])('FoldExecutor on %s', (_, open, numRuns) => {
  let opened: Opened | undefined;

  beforeAll(async () => {
    opened = await open();
  });
  afterAll(async () => opened?.close());

  it('equals the sequential fold under any interleaving, partition, duplication, staleness, failure and skip', async () => {
    await foldsEqualSequentialFold(() => opened!.store, numRuns);
  });

  it('equals the sequential fold whatever is lost, repeated and delayed, and whoever goes on past his lease', async () => {
    await foldsSurviveLossAndPauses(() => opened!.store, { numRuns });
  });

  it.each(['load', 'save'] as const)(
    'keeps what two operators skip, of whom one stands still at his %s',
    async (call) => {
      await slowSkipTakesNothing(opened!.store, call);
    },
  );

  it('skips nothing for an operator whom the stream overtakes, and tells him so', async () => {
    await overtakenSkipIsRefused(opened!.store);
  });

  it('loads the rows of many lanes in one statement, and saves them in one', async () => {
    const { store: projections, watch } = opened!;
    const lanes = await Promise.all(
      Array.from({ length: LANES }, () => FoldWorld.open([new ItemAdded('a'), new ItemAdded('b')], { projections })),
    );
    await Promise.all(lanes.map((lane) => lane.run([lane.job(1, 1)])));
    let statements = 0;
    watch(() => (statements += 1));
    await Promise.all(lanes.map((lane) => lane.run([lane.job(2, 2)])));
    expect(statements).toBe(2);
    const rows = await Promise.all(lanes.map((lane) => lane.latest()));
    expect(rows.map((row) => row?.sequence)).toEqual(lanes.map(() => 2));
  });
});

import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ClickHouseConnection } from '../../../lib/clickhouse/clickhouse-connection.js';
import type { ClickHouseEventStore } from '../../../lib/event-store/clickhouse/clickhouse-event-store.js';
import { EVENT_STORE_MIGRATIONS } from '../../../lib/event-store/clickhouse/migrations/index.js';
import { ClickHouseProjectionStore } from '../../../lib/projections/stores/clickhouse/clickhouse-projection-store.js';
import { ClickHouseRecordStore } from '../../../lib/projections/stores/clickhouse/clickhouse-record-store.js';
import { PROJECTION_MIGRATIONS } from '../../../lib/projections/stores/clickhouse/migrations/index.js';
import { createTenantId } from '../../../lib/tenancy/create-tenant-id.js';
import { openClickHouseEventStore } from '../../support/clickhouse-event-store.js';
import { startTestDatabase, type TestDatabase } from '../../support/clickhouse-database.js';
import { collect } from '../../support/collect.js';

/** Of each of two tenants; a page has 10,000 streams or rows, so that pages end within a tenant, and at its last one. */
const IDS = 20_000;
const [t1, t2] = [createTenantId('t1'), createTenantId('t2')];
/** Every id once, in the order of bytes. */
const PLACES = [t1, t2].flatMap((tenantId) =>
  Array.from({ length: IDS }, (_, n) => ({ tenantId, id: `i${n + 100_000}` })),
);
const TENANT_AND_ID = `concat('t', toString(intDiv(number, ${IDS}) + 1)), concat('i', toString(number % ${IDS} + 100000))`;

let database: TestDatabase;
let connection: ClickHouseConnection;
let store: ClickHouseEventStore;
beforeAll(async () => {
  database = await startTestDatabase([EVENT_STORE_MIGRATIONS, PROJECTION_MIGRATIONS]);
  connection = database.connection;
  store = await openClickHouseEventStore(connection);
  const from = `FROM numbers(${PLACES.length})`;
  await connection.command(`
    INSERT INTO events (tenant_id, aggregate_id, aggregate_type, sequence, event_id, event_type, event_version)
    SELECT ${TENANT_AND_ID}, 'a', 1 + arrayJoin([0, 1]), toString(number), 'x', 1 ${from}`);
  await connection.command(`
    INSERT INTO projection_rows (tenant_id, id, projection_name, version, sequence)
    SELECT ${TENANT_AND_ID}, 'p', 1, arrayJoin([1, 2]) ${from}`);
  await connection.command(`
    INSERT INTO projection_records (tenant_id, aggregate_id, projection_name, version, sequence, event_id)
    SELECT ${TENANT_AND_ID}, 'm', 1, arrayJoin([1, 2]) AS s, concat(toString(number), toString(s)) ${from}`);
  await connection.command(`
    INSERT INTO emptied_streams (tenant_id, aggregate_id, aggregate_type, head)
    SELECT ${TENANT_AND_ID}, 'a', 1 ${from}`);
});
afterAll(async () => {
  await store.close();
  await database.stop();
});

it.each([undefined, t1, t2])(
  'a walk over many pages leaves out none and gives none twice, of tenant %s',
  async (of) => {
    const places = PLACES.filter(({ tenantId }) => of === undefined || tenantId === of);
    const heads = { aggregateType: 'a', tenantId: of };
    const found = await Promise.all([
      collect(store.heads(heads)),
      collect(store.heads({ ...heads, types: ['x'] })),
      collect(new ClickHouseProjectionStore(connection).sequences('p', 1, of)),
      collect(new ClickHouseRecordStore(connection).counts('m', 1, of)),
    ]);
    const ofHeads = places.map(({ tenantId, id: aggregateId }) => {
      return { tenantId, aggregateId, sequence: 2, count: 2, emptiedHead: 1 };
    });
    expect(found[0]).toEqual(ofHeads);
    expect(found[1]).toEqual(ofHeads);
    expect(found[2]).toEqual(places.map((place) => ({ ...place, sequence: 2 })));
    expect(found[3]).toEqual(
      places.map(({ tenantId, id: aggregateId }) => ({ tenantId, aggregateId, count: 2, lastSequence: 2 })),
    );
  },
);

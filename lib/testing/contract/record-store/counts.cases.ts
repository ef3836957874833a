import { createTenantId } from '../../../tenancy/create-tenant-id.js';
import { collect } from '../collect.js';
import { readWithinLoops } from '../read-within-loops.js';
import { newAggregate, record } from './record-store-cases.js';
import type { RecordStoreCases } from './record-store-cases.js';

const IN_ORDER = ['A', 'a', 'a:b', 'aa', 'é', '\uffee', '😀'];

export function countsCases({ expect, test, store }: RecordStoreCases): void {
  test('counts the events of each aggregate, those mapped to nothing included, each once', async () => {
    const aggregate = newAggregate();
    const other = { ...aggregate, aggregateId: 'two' };
    const rows = [record(aggregate, 1), record(aggregate, 2, null), record(aggregate, 3), record(other, 1, null)];
    await store().append(rows);
    await store().append(rows.slice(1));
    await store().append([record({ ...aggregate, version: 2 }, 1), record({ ...aggregate, projection: 'other' }, 1)]);
    const { tenantId, projection } = aggregate;
    expect(await collect(store().counts(projection, 1))).toEqual([
      { tenantId, aggregateId: 'one', count: 3, lastSequence: 3 },
      { tenantId, aggregateId: 'two', count: 1, lastSequence: 1 },
    ]);
    expect(await collect(store().counts(projection, 3))).toEqual([]);
  });

  test('counts a part of one aggregate, those mapped to nothing included, each once', async () => {
    const aggregate = newAggregate();
    const rows = [1, 2, 3, 5].map((sequence) => record(aggregate, sequence, sequence === 2 ? null : undefined));
    await store().append(rows);
    await store().append(rows.slice(2));
    await store().append([
      record({ ...aggregate, version: 2 }, 4),
      record({ ...aggregate, projection: 'other' }, 4),
      record({ ...aggregate, aggregateId: 'two' }, 4),
      record({ ...aggregate, tenantId: createTenantId(`${aggregate.tenantId}-other`) }, 4),
    ]);
    const count = (from: number, to: number): Promise<number> => store().count({ ...aggregate, from, to });
    expect(await Promise.all([count(1, 5), count(2, 3), count(3, 4), count(4, 4), count(6, 9), count(3, 2)])).toEqual([
      4, 2, 1, 0, 0, 0,
    ]);
  });

  test('orders by tenant and aggregate id as UTF-8 bytes', async () => {
    const aggregate = newAggregate();
    const aggregates = IN_ORDER.flatMap((tenant) =>
      IN_ORDER.map((aggregateId) => ({
        ...aggregate,
        tenantId: createTenantId(`${aggregate.tenantId}${tenant}`),
        aggregateId,
      })),
    );
    for (const one of [...aggregates].reverse()) await store().append([record(one, 1), record(one, 2)]);
    const expected = aggregates.map(({ tenantId, aggregateId }) => ({
      tenantId,
      aggregateId,
      count: 2,
      lastSequence: 2,
    }));
    expect(await collect(store().counts(aggregate.projection, 1))).toEqual(expected);
  });

  test('counts those of one tenant', async () => {
    const aggregate = newAggregate();
    const { tenantId, projection } = aggregate;
    const foreign = { ...aggregate, tenantId: createTenantId(`${tenantId}x`) };
    const rows = [record({ ...aggregate, aggregateId: 'two' }, 1), record(aggregate, 1), record(aggregate, 2)];
    await store().append([...rows, record(foreign, 1), record({ ...aggregate, version: 2 }, 3)]);
    expect(await collect(store().counts(projection, 1, tenantId))).toEqual([
      { tenantId, aggregateId: 'one', count: 2, lastSequence: 2 },
      { tenantId, aggregateId: 'two', count: 1, lastSequence: 1 },
    ]);
    expect(await collect(store().counts(projection, 1, createTenantId(`${tenantId}y`)))).toEqual([]);
    expect(await collect(store().counts(projection, 1, undefined))).toHaveLength(3);
  });

  test('lets loops read whose counts are not over, however many', async () => {
    const aggregate = newAggregate();
    await store().append(['a', 'b'].map((aggregateId) => record({ ...aggregate, aggregateId }, 1)));
    const counts = (): AsyncIterable<unknown> => store().counts(aggregate.projection, 1);
    const found = await readWithinLoops(counts, async () => (await collect(counts())).length);
    expect(found).toEqual(found.map(() => 2));
  });

  test('says which is the last event of each, whatever lacks before it', async () => {
    const aggregate = newAggregate();
    await store().append([record(aggregate, 5), record(aggregate, 2, null)]);
    expect(await collect(store().counts(aggregate.projection, 1))).toMatchObject([{ count: 2, lastSequence: 5 }]);
  });

  test('can be left early, again and again', async () => {
    const aggregate = newAggregate();
    const ids = Array.from({ length: 3_000 }, (_, n) => `a${n + 10_000}`);
    await store().append(ids.map((aggregateId) => record({ ...aggregate, aggregateId }, 1)));
    for (let n = 0; n < 20; n++) {
      for await (const { aggregateId } of store().counts(aggregate.projection, 1)) {
        expect(aggregateId).toBe('a10000');
        break;
      }
    }
    expect(await collect(store().counts(aggregate.projection, 1))).toHaveLength(3_000);
  });
}

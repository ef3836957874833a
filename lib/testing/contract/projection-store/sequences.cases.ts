import { randomUUID } from 'node:crypto';
import { createTenantId } from '../../../tenancy/create-tenant-id.js';
import { collect } from '../collect.js';
import { readWithinLoops } from '../read-within-loops.js';
import { newTenant, UPDATED_AT } from './projection-store-cases.js';
import type { ProjectionStoreCases } from './projection-store-cases.js';

const IN_ORDER = ['A', 'a', 'a:b', 'aa', 'é', '\uffee', '😀'];

export function sequencesCases({ expect, test, store }: ProjectionStoreCases): void {
  test('gives the highest sequence of every row, deleted ones included', async () => {
    const key = { tenantId: newTenant(), projection: `p-${randomUUID()}`, version: 1 };
    const row = (id: string, sequence: number, state: number | null = 1) => ({
      ...key,
      id,
      sequence,
      state,
      updatedAt: UPDATED_AT,
    });
    await store().save([row('a', 3), row('b', 1)]);
    await store().save([row('a', 2), row('b', 9, null)]);
    await store().save([
      { ...row('a', 50), version: 2 },
      { ...row('a', 60), projection: `${key.projection}x` },
    ]);
    expect(await collect(store().sequences(key.projection, 1))).toEqual([
      { tenantId: key.tenantId, id: 'a', sequence: 3 },
      { tenantId: key.tenantId, id: 'b', sequence: 9 },
    ]);
    expect(await collect(store().sequences(key.projection, 3))).toEqual([]);
  });

  test('orders by tenant and id as UTF-8 bytes', async () => {
    const projection = `p-${randomUUID()}`;
    const run = randomUUID();
    const rows = IN_ORDER.flatMap((tenant) =>
      IN_ORDER.map((id) => ({
        tenantId: createTenantId(`${run}${tenant}`),
        projection,
        version: 1,
        id,
        sequence: 1,
        state: 1,
        updatedAt: 1,
      })),
    );
    for (const row of [...rows].reverse()) await store().save([row]);
    const expected = rows.map(({ tenantId, id }) => ({ tenantId, id, sequence: 1 }));
    expect(await collect(store().sequences(projection, 1))).toEqual(expected);
  });

  test('gives those of one tenant', async () => {
    const projection = `p-${randomUUID()}`;
    const [one, other] = [newTenant(), newTenant()];
    const row = (tenantId: typeof one, id: string, version = 1) => ({
      tenantId,
      projection,
      version,
      id,
      sequence: 2,
      state: 1,
      updatedAt: UPDATED_AT,
    });
    await store().save([row(one, 'b'), row(one, 'a'), row(one, 'c', 2), row(other, 'a')]);
    expect(await collect(store().sequences(projection, 1, one))).toEqual([
      { tenantId: one, id: 'a', sequence: 2 },
      { tenantId: one, id: 'b', sequence: 2 },
    ]);
    expect(await collect(store().sequences(projection, 1, newTenant()))).toEqual([]);
    expect(await collect(store().sequences(projection, 1, undefined))).toHaveLength(3);
  });

  test('lets loops read whose sequences are not over, however many', async () => {
    const key = { tenantId: newTenant(), projection: `p-${randomUUID()}`, version: 1 };
    await store().save(['a', 'b'].map((id) => ({ ...key, id, sequence: 1, state: 1, updatedAt: UPDATED_AT })));
    const sequences = (): AsyncIterable<unknown> => store().sequences(key.projection, 1);
    const found = await readWithinLoops(sequences, async () => (await collect(sequences())).length);
    expect(found).toEqual(found.map(() => 2));
  });

  test('can be left early, again and again', async () => {
    const key = { tenantId: newTenant(), projection: `p-${randomUUID()}`, version: 1 };
    await store().save(
      Array.from({ length: 3_000 }, (_, n) => ({
        ...key,
        id: `r${n + 10_000}`,
        sequence: n + 1,
        state: 1,
        updatedAt: 1,
      })),
    );
    for (let n = 0; n < 20; n++) {
      for await (const { id } of store().sequences(key.projection, 1)) {
        expect(id).toBe('r10000');
        break;
      }
    }
    expect(await collect(store().sequences(key.projection, 1))).toHaveLength(3_000);
  });
}

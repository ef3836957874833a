import { randomUUID } from 'node:crypto';
import { InvalidArgumentError } from '../../../errors/invalid-argument.error.js';
import { collect } from '../collect.js';
import { newTenant, UPDATED_AT } from './projection-store-cases.js';
import type { ProjectionStoreCases } from './projection-store-cases.js';

export function dropCases({ expect, test, store }: ProjectionStoreCases): void {
  test('removes every row of one version of a projection, of all tenants, and takes new ones from any sequence', async () => {
    const projection = `p-${randomUUID()}`;
    const [one, other] = [newTenant(), newTenant()];
    const row = (more: object) => {
      const common = { tenantId: one, projection, version: 1, id: 'a', sequence: 9, state: { n: 1 } };
      return { ...common, ...more, updatedAt: UPDATED_AT };
    };
    const dropped = [row({}), row({ id: 'b', state: null }), row({ tenantId: other })];
    const kept = [row({ version: 2 }), row({ projection: `${projection}x` })];
    await store().save([...dropped, ...kept]);
    await store().save([row({ sequence: 10 })]);
    expect(await store().drop(projection, 1)).toBe(3);
    expect(await store().load([...dropped, ...kept])).toEqual([null, null, null, ...kept]);
    expect(await collect(store().sequences(projection, 1))).toEqual([]);
    expect(await store().drop(projection, 1)).toBe(0);
    const anew = row({ sequence: 1 });
    await store().save([anew]);
    expect(await store().load([anew])).toEqual([anew]);
  });

  test('removes the rows of one version of all projections whose names begin alike', async () => {
    const projection = `p-${randomUUID()}`;
    const tenantId = newTenant();
    const row = (name: string, version = 1) => {
      return { tenantId, projection: name, version, id: 'a', sequence: 1, state: 1, updatedAt: UPDATED_AT };
    };
    const dropped = [row(`${projection}:`), row(`${projection}:é_%`)];
    const kept = [row(projection), row(`${projection}:`, 2), row(`x${projection}:`)];
    await store().save([...dropped, ...kept]);
    expect(await store().drop(`${projection}:`, 1, 'prefix')).toBe(2);
    expect(await store().load([...dropped, ...kept])).toEqual([null, null, ...kept]);
  });

  test('refuses to drop what is no version of a projection', async () => {
    await expect(store().drop('', 1)).rejects.toBeInstanceOf(InvalidArgumentError);
    await expect(store().drop('summary', 0)).rejects.toBeInstanceOf(InvalidArgumentError);
    await expect(store().drop(undefined as never, 1)).rejects.toBeInstanceOf(InvalidArgumentError);
  });
}

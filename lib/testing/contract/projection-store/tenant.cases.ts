import { randomUUID } from 'node:crypto';
import { createTenantId } from '../../../tenancy/create-tenant-id.js';
import { expectTenantRequired } from '../expect-refused.js';
import { newProjection, UPDATED_AT } from './projection-store-cases.js';
import type { ProjectionStoreCases } from './projection-store-cases.js';

export function tenantCases({ expect, test, store }: ProjectionStoreCases): void {
  test('keeps apart rows whose keys give the same text when joined', async () => {
    const run = randomUUID();
    const parts = [
      [`${run}:a`, 'b', 'c'],
      [run, 'a:b', 'c'],
      [run, 'a', 'b:c'],
      [`${run}:a:b`, 'c', 'c'],
      [`${run}%3Aa`, 'b', 'c'],
      [`${run}A`, 'b', 'c'],
      [`${run}a`, 'b', 'c'],
      [`${run}:a:1`, 'b', 'c'],
    ] as const;
    const rows = parts.map(([tenantId, projection, id], n) => ({
      tenantId: createTenantId(tenantId),
      projection,
      version: 1,
      id,
      sequence: 1,
      state: { only: n },
      updatedAt: UPDATED_AT,
    }));
    await Promise.all(rows.map((row) => store().save([row])));
    expect(await store().load(rows)).toEqual(rows);
    for (const row of rows) {
      const page = await store().list({ ...row, filter: { only: { gte: 0 } } });
      expect(page).toEqual({ rows: [row], total: 1 });
    }
  });

  test('lists the rows of its own tenant, projection and version only', async () => {
    const mine = newProjection();
    const others = [newProjection(), { ...mine, projection: 'other' }, { ...mine, version: 2 }];
    for (const [n, key] of [mine, ...others].entries()) {
      await store().save([{ ...key, id: `r${n}`, sequence: 1, state: { n }, updatedAt: UPDATED_AT }]);
    }
    expect((await store().list({ ...mine, sort: { by: 'n' } })).rows.map(({ id }) => id)).toEqual(['r0']);
  });

  test('refuses a missing or malformed tenant in every call', async () => {
    const row = { ...newProjection(), id: 'one', sequence: 1, state: 1, updatedAt: UPDATED_AT };
    await expectTenantRequired((tenantId) => store().load([row, { ...row, tenantId }]));
    await expectTenantRequired((tenantId) => store().save([row, { ...row, tenantId }]));
    await expectTenantRequired((tenantId) => store().list({ ...row, tenantId }));
    expect(await store().load([row])).toEqual([null]);
  });
}

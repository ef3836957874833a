import { InvalidTenantError } from '../../../tenancy/invalid-tenant.error.js';
import { newProjection, UPDATED_AT } from './projection-store-cases.js';
import type { ProjectionStoreCases } from './projection-store-cases.js';

export function forgetCases({ expect, test, store }: ProjectionStoreCases): void {
  test('removes every row of one tenant, of all projections, and takes new ones from any sequence', async () => {
    const one = newProjection();
    const other = newProjection();
    const rows = [one, { ...one, version: 2 }, { ...one, projection: 'else' }, other].flatMap((projection) =>
      ['a', 'b'].map((id) => ({
        ...projection,
        id,
        sequence: 9,
        state: id === 'a' ? { n: 1 } : null,
        updatedAt: UPDATED_AT,
      })),
    );
    await store().save(rows);
    expect(await store().forget(one.tenantId)).toBe(6);
    expect(await store().load(rows)).toEqual([null, null, null, null, null, null, ...rows.slice(6)]);
    expect(await store().list({ ...one })).toEqual({ rows: [], total: 0 });
    expect(await store().forget(one.tenantId)).toBe(0);
    const anew = { ...rows[0]!, sequence: 1 };
    await store().save([anew]);
    expect(await store().load([anew])).toEqual([anew]);
  });

  test('refuses to forget what is no tenant', async () => {
    await expect(store().forget('' as never)).rejects.toBeInstanceOf(InvalidTenantError);
    await expect(store().forget(undefined as never)).rejects.toBeInstanceOf(InvalidTenantError);
  });
}

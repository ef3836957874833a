import { InvalidTenantError } from '../../../tenancy/invalid-tenant.error.js';
import { collect } from '../collect.js';
import { newAggregate, record } from './record-store-cases.js';
import type { RecordStoreCases } from './record-store-cases.js';

export function forgetCases({ expect, test, store }: RecordStoreCases): void {
  test('removes every record of one tenant, of all projections and aggregates', async () => {
    const one = newAggregate();
    const other = { ...one, tenantId: newAggregate().tenantId };
    const kept = record(other, 1);
    await store().append([
      record(one, 1),
      record(one, 2, null),
      record({ ...one, aggregateId: 'two' }, 1),
      record({ ...one, version: 2 }, 1),
      kept,
    ]);
    expect(await store().forget(one.tenantId)).toBe(4);
    expect(await store().read(one)).toEqual([]);
    expect(await store().read(other)).toEqual([kept]);
    const { tenantId, aggregateId } = other;
    expect(await collect(store().counts(one.projection, 1))).toEqual([
      { tenantId, aggregateId, count: 1, lastSequence: 1 },
    ]);
    expect(await store().forget(one.tenantId)).toBe(0);
  });

  test('refuses to forget what is no tenant', async () => {
    await expect(store().forget('' as never)).rejects.toBeInstanceOf(InvalidTenantError);
  });
}

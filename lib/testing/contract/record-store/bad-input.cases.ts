import { InvalidTenantError } from '../../../tenancy/invalid-tenant.error.js';
import { collect } from '../collect.js';
import { BAD_IDS, BAD_TENANTS, expectInvalid, expectRefused, expectTenantRequired } from '../expect-refused.js';
import { newAggregate, record } from './record-store-cases.js';
import type { RecordStoreCases } from './record-store-cases.js';

export function badInputCases({ expect, test, store }: RecordStoreCases): void {
  const row = record(newAggregate(), 1);

  test('refuses a missing or malformed tenant in every call', async () => {
    await expectTenantRequired((tenantId) => store().append([row, { ...row, tenantId }]));
    await expectTenantRequired((tenantId) => store().read({ ...row, tenantId }));
    await expectTenantRequired((tenantId) => store().count({ ...row, from: 1, to: 2, tenantId }));
    expect(await store().read(row)).toEqual([]);
  });

  test('refuses keys that are none, in every call', async () => {
    for (const [, bad] of BAD_IDS) {
      for (const part of ['projection', 'aggregateId']) {
        await expectInvalid(() => store().append([row, { ...row, [part]: bad }]), `rows[1].${part}`);
        await expectInvalid(() => store().read({ ...row, [part]: bad }), `query.${part}`);
        await expectInvalid(() => store().count({ ...row, from: 1, to: 2, [part]: bad }), `range.${part}`);
      }
      await expectInvalid(() => collect(store().counts(bad as string, 1)), 'projection');
    }
    for (const version of [0, -1, 1.5, NaN, 2 ** 32, '1', null, undefined] as number[]) {
      await expectInvalid(() => store().append([{ ...row, version }]), 'rows[0].version');
      await expectInvalid(() => store().read({ ...row, version }), 'query.version');
      await expectInvalid(() => collect(store().counts('records', version)), 'version');
    }
    await expectInvalid(() => store().append(row as never), 'rows');
    for (const [, tenant] of BAD_TENANTS.filter(([, value]) => value !== undefined)) {
      await expectRefused(() => collect(store().counts('p', 1, tenant as never)), InvalidTenantError);
    }
  });

  test('refuses rows that are none, and appends none of their batch', async () => {
    const cyclic: { self?: unknown } = {};
    cyclic.self = cyclic;
    const cases: [string, unknown[]][] = [
      ['sequence', [0, -1, 1.5, NaN, 2 ** 53, '1', null, undefined]],
      ['eventId', ['', 'no uuid', row.eventId.toUpperCase(), `${row.eventId}0`, 5, null, undefined]],
      ['recordedAt', [-1, 1.5, NaN, '1', null, undefined, new Date(), Date.UTC(2200, 0, 1)]],
      ['record', [undefined, cyclic, 10n, () => 1, NaN, 'x'.repeat(4_194_303)]],
    ];
    for (const [part, values] of cases) {
      for (const bad of values) {
        await expectInvalid(() => store().append([row, { ...row, [part]: bad }]), `rows[1].${part}`);
      }
    }
    expect(await store().read(row)).toEqual([]);
  });

  test('refuses limits and sequences outside their range', async () => {
    for (const limit of [0, -1, 10_001, 1.5, NaN, Infinity, '10', null] as number[]) {
      await expectInvalid(() => store().read({ ...row, limit }), 'query.limit');
    }
    for (const after of [-1, 1.5, NaN, Infinity, '10', null] as number[]) {
      await expectInvalid(() => store().read({ ...row, after }), 'query.after');
    }
    for (const bad of [0, -1, 1.5, NaN, Infinity, '10', null, undefined] as number[]) {
      await expectInvalid(() => store().count({ ...row, from: bad, to: 1 }), 'range.from');
      await expectInvalid(() => store().count({ ...row, from: 1, to: bad }), 'range.to');
    }
  });
}

import type { JsonValue } from '../../../events/json-value.js';
import type { ProjectionListQuery } from '../../../projections/stores/projection-query.js';
import { InvalidTenantError } from '../../../tenancy/invalid-tenant.error.js';
import { collect } from '../collect.js';
import { BAD_IDS, BAD_TENANTS, expectInvalid, expectRefused } from '../expect-refused.js';
import { newProjection, UPDATED_AT } from './projection-store-cases.js';
import type { ProjectionStoreCases } from './projection-store-cases.js';

const BAD_VERSIONS = [0, -1, 1.5, NaN, 2 ** 32, '1', null, undefined];

export function badInputCases({ expect, test, store }: ProjectionStoreCases): void {
  const row = { ...newProjection(), id: 'one', sequence: 1, state: { v: 1 }, updatedAt: UPDATED_AT };

  test('refuses keys that are none, in every call', async () => {
    for (const [, bad] of BAD_IDS) {
      for (const part of ['projection', 'id']) {
        await expectInvalid(() => store().load([row, { ...row, [part]: bad }]), `keys[1].${part}`);
        await expectInvalid(() => store().save([row, { ...row, [part]: bad }]), `rows[1].${part}`);
      }
      await expectInvalid(() => store().list({ ...row, projection: bad as string }), 'query.projection');
      await expectInvalid(() => collect(store().sequences(bad as string, 1)), 'projection');
    }
    for (const version of BAD_VERSIONS as number[]) {
      await expectInvalid(() => store().load([{ ...row, version }]), 'keys[0].version');
      await expectInvalid(() => store().save([{ ...row, version }]), 'rows[0].version');
      await expectInvalid(() => store().list({ ...row, version }), 'query.version');
      await expectInvalid(() => collect(store().sequences('summary', version)), 'version');
    }
    await expectInvalid(() => store().load(row as never), 'keys');
    await expectInvalid(() => store().save(row as never), 'rows');
    for (const [, tenant] of BAD_TENANTS.filter(([, value]) => value !== undefined)) {
      await expectRefused(() => collect(store().sequences('p', 1, tenant as never)), InvalidTenantError);
    }
  });

  test('refuses rows that are none, and saves none of their batch', async () => {
    const cyclic: { self?: unknown } = {};
    cyclic.self = cyclic;
    const cases: [string, unknown[]][] = [
      ['sequence', [0, -1, 1.5, NaN, 2 ** 53, '1', null, undefined]],
      ['updatedAt', [-1, 1.5, NaN, Infinity, '1', null, undefined, new Date(), Date.UTC(2200, 0, 1)]],
      [
        'state',
        [
          nested(501),
          { text: '"[\\', nested: nested(500) },
          undefined,
          cyclic,
          10n,
          () => 1,
          NaN,
          Infinity,
          Symbol('x'),
          'x'.repeat(4_194_303),
        ],
      ],
    ];
    for (const [part, values] of cases) {
      for (const bad of values) {
        await expectInvalid(() => store().save([row, { ...row, [part]: bad }]), `rows[1].${part}`);
      }
    }
    expect(await store().load([row])).toEqual([null]);
    const deep = { ...newProjection(), id: 'deep', sequence: 1, state: nested(500), updatedAt: UPDATED_AT };
    await store().save([deep]);
    expect(await store().load([deep])).toEqual([deep]);
    expect(await store().list({ ...deep, filter: { v: null } })).toEqual({ rows: [deep], total: 1 });
    const wide = {
      ...deep,
      id: 'wide',
      state: { v: 1, text: '['.repeat(600), list: Array.from({ length: 600 }, () => [[]]) },
    };
    await store().save([wide]);
    expect(await store().list({ ...deep, filter: { v: 1 } })).toEqual({ rows: [wide], total: 1 });
  });

  test('refuses limits and offsets outside their range', async () => {
    for (const limit of [0, -1, 1_001, 1.5, NaN, Infinity, '10', null] as number[]) {
      await expectInvalid(() => store().list({ ...row, limit }), 'query.limit');
    }
    for (const offset of [-1, 100_001, 1.5, NaN, '10', null] as number[]) {
      await expectInvalid(() => store().list({ ...row, offset }), 'query.offset');
    }
  });

  test('refuses paths that are none', async () => {
    const paths = [
      '',
      '.',
      'a.',
      '.a',
      'a..b',
      '$updatedAt.x',
      '$other',
      'a\u0000b',
      'a\nb',
      '\ud800',
      'x'.repeat(513),
    ];
    for (const path of [...paths, Array.from({ length: 17 }, () => 'a').join('.')]) {
      await expectInvalid(
        () => store().list({ ...row, filter: { [path]: 1 } }),
        `query.filter[${JSON.stringify(path)}]`,
      );
      await expectInvalid(() => store().list({ ...row, sort: { by: path } }), 'query.sort.by');
    }
    await expectInvalid(() => store().list({ ...row, filter: { $updatedAt: 1 } }), 'query.filter["$updatedAt"]');
    await expectInvalid(() => store().list({ ...row, sort: {} as never }), 'query.sort.by');
    await expectInvalid(() => store().list({ ...row, sort: 'v' as never }), 'query.sort');
    for (const direction of ['ASC', 'up', '', null, 'asc; --']) {
      await expectInvalid(
        () => store().list({ ...row, sort: { by: 'v', direction: direction as 'asc' } }),
        'query.sort.direction',
      );
    }
  });

  test('refuses conditions that are none', async () => {
    const list = (filter: unknown) => store().list({ ...row, filter } as ProjectionListQuery);
    for (const bad of [undefined, NaN, Infinity, 1n, '\ud800', [1], () => 1]) {
      await expectInvalid(() => list({ v: bad }), 'query.filter["v"]');
    }
    for (const bad of [NaN, '\ud800', [1], {}, 1n]) {
      await expectInvalid(() => list({ v: { equals: bad } }), 'query.filter["v"].equals');
      await expectInvalid(() => list({ v: { contains: bad } }), 'query.filter["v"].contains');
      await expectInvalid(() => list({ v: { in: [1, bad] } }), 'query.filter["v"].in[1]');
    }
    for (const bad of [true, null, NaN, [1], {}]) {
      await expectInvalid(() => list({ v: { gte: bad } }), 'query.filter["v"].gte');
    }
    for (const bad of [[], 'abc', null, Array.from({ length: 1_001 }, (_, n) => n)]) {
      await expectInvalid(() => list({ v: { in: bad } }), 'query.filter["v"].in');
    }
    await expectInvalid(() => list({ v: { like: '%' } }), 'query.filter["v"].like');
    // A condition whose operand got lost must not match every row.
    await expectInvalid(() => list({ v: {} }), 'query.filter["v"]');
    await expectInvalid(() => list({ v: { equals: undefined } }), 'query.filter["v"]');
    for (const bad of ['v = 1', [], null, 5]) await expectInvalid(() => list(bad), 'query.filter');
  });

  test('refuses filters beyond its bounds', async () => {
    const list = (filter: ProjectionListQuery['filter']) => store().list({ ...row, filter });
    const conditions = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, n) => [`p${n}`, n]));
    await expectInvalid(() => list(conditions(51)), 'query.filter');
    await expectInvalid(() => list({ v: 'x'.repeat(49_152) }), 'query.filter');
    expect(await list(conditions(50))).toEqual({ rows: [], total: 0 });
    for (const text of ['x'.repeat(49_000), "'".repeat(49_000), '\\'.repeat(24_000), '\u0000'.repeat(8_000)]) {
      expect(await list({ v: text })).toEqual({ rows: [], total: 0 });
      expect(await list({ v: { gt: text } })).toEqual({ rows: [], total: 0 });
    }
  });
}

/** Arrays within each other. */
function nested(depth: number): JsonValue {
  return JSON.parse('['.repeat(depth) + ']'.repeat(depth)) as JsonValue;
}

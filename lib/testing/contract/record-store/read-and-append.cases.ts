import fc from 'fast-check';
import type { JsonValue } from '../../../events/json-value.js';
import { createTenantId } from '../../../tenancy/create-tenant-id.js';
import { AWKWARD_IDS } from '../awkward-texts.js';
import { newAggregate, record } from './record-store-cases.js';
import type { RecordStoreCases } from './record-store-cases.js';

export function readAndAppendCases({ expect, test, store }: RecordStoreCases): void {
  test('gives back what was appended, in the order of sequences', async () => {
    const aggregate = newAggregate();
    const rows = [1, 2, 3, 10, 11].map((sequence) => record(aggregate, sequence));
    await store().append([rows[3]!, rows[0]!, rows[4]!]);
    await store().append([rows[2]!, rows[1]!]);
    expect(await store().read(aggregate)).toEqual(rows);
  });

  test('gives nothing for an aggregate without records', async () => {
    expect(await store().read(newAggregate())).toEqual([]);
    await store().append([]);
  });

  test('takes the same event once, however often and in whatever company it comes', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 1, maxLength: 8 }), {
          minLength: 1,
          maxLength: 5,
        }),
        async (batches) => {
          const aggregate = newAggregate();
          const rows = Array.from({ length: 6 }, (_, n) => record(aggregate, n + 1));
          for (const batch of batches) await store().append(batch.map((n) => rows[n]!));
          const appended = rows.filter((_, n) => batches.flat().includes(n));
          expect(await store().read(aggregate)).toEqual(appended);
        },
      ),
      { numRuns: 12 },
    );
  });

  test('takes the same event once when it comes many times at once', async () => {
    const aggregate = newAggregate();
    const rows = [1, 2, 3].map((sequence) => record(aggregate, sequence));
    await Promise.all(Array.from({ length: 20 }, () => store().append(rows)));
    expect(await store().read(aggregate)).toEqual(rows);
  });

  test('keeps the first record of an event, whatever a repeat brings', async () => {
    const row = record(newAggregate(), 1);
    await store().append([row, { ...row, record: 'same batch' }]);
    await store().append([{ ...row, record: 'later' }]);
    expect(await store().read(row)).toEqual([row]);
  });

  test('leaves out what was mapped to nothing', async () => {
    const aggregate = newAggregate();
    const rows = [
      record(aggregate, 1),
      record(aggregate, 2, null),
      record(aggregate, 3, 'null'),
      record(aggregate, 4, []),
    ];
    await store().append(rows);
    expect(await store().read(aggregate)).toEqual([rows[0], rows[2], rows[3]]);
    expect(await store().read({ ...aggregate, after: 1, limit: 1 })).toEqual([rows[2]]);
  });

  test('reads after a sequence, and at most as many as asked for', async () => {
    const aggregate = newAggregate();
    const rows = Array.from({ length: 12 }, (_, n) => record(aggregate, n + 1));
    await store().append(rows);
    expect(await store().read({ ...aggregate, after: 10 })).toEqual(rows.slice(10));
    expect(await store().read({ ...aggregate, after: 12 })).toEqual([]);
    expect(await store().read({ ...aggregate, after: 0, limit: 2 })).toEqual(rows.slice(0, 2));
    expect(await store().read({ ...aggregate, after: 3, limit: 4 })).toEqual(rows.slice(3, 7));
    expect(await store().read({ ...aggregate, after: Number.MAX_SAFE_INTEGER })).toEqual([]);
  });

  test('reads 1,000 records unless asked otherwise, and up to 10,000', async () => {
    const aggregate = newAggregate();
    await store().append(Array.from({ length: 1_005 }, (_, n) => record(aggregate, n + 1)));
    expect(await store().read(aggregate)).toHaveLength(1_000);
    const all = await store().read({ ...aggregate, limit: 10_000 });
    expect(all.map(({ sequence }) => sequence)).toEqual(Array.from({ length: 1_005 }, (_, n) => n + 1));
  });

  test('keeps records as JSON keeps them, to the last character', async () => {
    const aggregate = newAggregate();
    const values: JsonValue[] = [
      ...AWKWARD_IDS,
      'NUL \u0000 and \r\n\t',
      'lone \ud800 surrogate',
      { a: null, b: {}, c: [], 'd.e': 1, '': 2, nested: [[1], [null, { x: 'y' }]] },
      [0, 1.5, -1, 1e21, 5e-324, 9007199254740991, 0.1 + 0.2, 2 ** 63, 1e20],
      'x'.repeat(500_000),
      true,
      false,
      0,
      '',
      {},
    ];
    const rows = values.map((value, n) => record(aggregate, n + 1, value));
    await store().append(rows);
    expect(await store().read(aggregate)).toEqual(rows);
  });

  test('takes ids that look like SQL as text, in every place', async () => {
    const { tenantId } = newAggregate();
    const rows = AWKWARD_IDS.map((text) =>
      record({ tenantId: createTenantId(`${text} ${tenantId}`), projection: text, version: 1, aggregateId: text }, 1),
    );
    await store().append(rows);
    for (const row of rows) expect(await store().read(row)).toEqual([row]);
  });

  test('keeps apart records whose keys give the same text when joined', async () => {
    const { tenantId } = newAggregate();
    const parts = [
      [`${tenantId}:a`, 'b', 1, 'c'],
      [tenantId, 'a:b', 1, 'c'],
      [tenantId, 'a', 1, 'b:c'],
      [tenantId, 'a', 2, 'b:c'],
      [`${tenantId}:a:b`, 'c', 1, 'c'],
      [`${tenantId}%3Aa`, 'b', 1, 'c'],
    ] as const;
    const rows = parts.map(([tenant, projection, version, aggregateId]) =>
      record({ tenantId: createTenantId(tenant), projection, version, aggregateId }, 1),
    );
    await Promise.all(rows.map((row) => store().append([row])));
    for (const row of rows) expect(await store().read(row)).toEqual([row]);
  });

  test('keeps the same event once for each tenant, projection and version', async () => {
    const aggregate = newAggregate();
    const row = record(aggregate, 1);
    const rows = [
      row,
      { ...row, tenantId: newAggregate().tenantId },
      { ...row, projection: newAggregate().projection },
      { ...row, version: 2 },
    ];
    await store().append(rows);
    for (const one of rows) expect(await store().read(one)).toEqual([one]);
  });

  test('is not changed by what callers do to their rows', async () => {
    const aggregate = newAggregate();
    const list = [1];
    await store().append([record(aggregate, 1, { list })]);
    list.push(2);
    const [read] = await store().read(aggregate);
    expect(read!.record).toEqual({ list: [1] });
  });
}

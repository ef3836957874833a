import { randomUUID } from 'node:crypto';
import { InvalidArgumentError } from '../../../errors/invalid-argument.error.js';
import { collect } from '../collect.js';
import { newAggregate, record } from './record-store-cases.js';
import type { RecordStoreCases } from './record-store-cases.js';

export function dropCases({ expect, test, store }: RecordStoreCases): void {
  test('removes every record of one version of a projection, of all tenants', async () => {
    const one = { ...newAggregate(), projection: `p-${randomUUID()}` };
    const other = { ...one, tenantId: newAggregate().tenantId };
    const kept = record({ ...one, version: 2 }, 1);
    const dropped = [record(one, 1), record(one, 2, null), record({ ...one, aggregateId: 'two' }, 1), record(other, 1)];
    await store().append([...dropped, kept]);
    expect(await store().drop(one.projection, 1)).toBe(4);
    expect(await store().read(one)).toEqual([]);
    expect(await store().read(other)).toEqual([]);
    expect(await collect(store().counts(one.projection, 1))).toEqual([]);
    expect(await store().read({ ...one, version: 2 })).toEqual([kept]);
    expect(await store().drop(one.projection, 1)).toBe(0);
    await store().append([dropped[0]!]);
    expect(await store().read(one)).toEqual([dropped[0]]);
  });

  test('refuses to drop what is no version of a projection', async () => {
    await expect(store().drop('', 1)).rejects.toBeInstanceOf(InvalidArgumentError);
    await expect(store().drop('records', 1.5)).rejects.toBeInstanceOf(InvalidArgumentError);
  });
}

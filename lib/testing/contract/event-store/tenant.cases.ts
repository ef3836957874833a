import { randomUUID } from 'node:crypto';
import { createTenantId } from '../../../tenancy/create-tenant-id.js';
import { collect } from '../collect.js';
import { ItemAdded } from '../contract-events.js';
import { expectTenantRequired } from '../expect-refused.js';
import { items, newStream } from './event-store-cases.js';
import type { EventStoreCases } from './event-store-cases.js';

export function tenantCases({ expect, test, store }: EventStoreCases): void {
  test('keeps apart streams whose parts give the same text when joined', async () => {
    const run = randomUUID();
    const parts = [
      [`${run}:a`, 'b', 'c'],
      [`${run}`, 'a:b', 'c'],
      [`${run}`, 'a', 'b:c'],
      [`${run}:a:b`, 'c', 'c'],
      [`${run}%3Aa`, 'b', 'c'],
      [`${run}/a`, 'b', 'c'],
      [`${run}a`, 'b', 'c'],
      [`${run}A`, 'b', 'c'],
      [`${run}`, 'ab', 'c'],
      [`${run}`, 'a', 'bc'],
    ] as const;
    const streams = parts.map(([tenantId, aggregateType, aggregateId]) => ({
      tenantId: createTenantId(tenantId),
      aggregateType,
      aggregateId,
    }));
    const results = await Promise.all(
      streams.map((stream, n) => store().append(stream, [{ data: new ItemAdded(`only ${n}`) }], { key: 'same' })),
    );
    for (const [n, stream] of streams.entries()) {
      expect(results[n]).toMatchObject({ repeated: false, firstSequence: 1 });
      const log = await collect(store().read(stream));
      expect(log.map((event) => (event.data as ItemAdded).name)).toEqual([`only ${n}`]);
      expect((await store().appended(stream, ['same'])).get('same')!.events).toEqual(log);
      expect(await store().head(stream)).toBe(1);
      const heads = await collect(store().heads({ aggregateType: stream.aggregateType, tenantId: stream.tenantId }));
      expect(new Set(heads.map(({ tenantId }) => tenantId))).toEqual(new Set([stream.tenantId]));
    }
  });

  test('gives each tenant its own sequences and expectations', async () => {
    const [mine, other] = [newStream(), newStream()];
    await store().append(mine, items(5), { key: 'k' });
    await store().append(other, items(2), { expectedSequence: 'no-stream', key: 'k' });
    expect(await store().head(mine)).toBe(5);
    expect(await store().head(other)).toBe(2);
  });

  test('refuses a missing or malformed tenant in every call', async () => {
    const stream = newStream();
    await expectTenantRequired((tenantId) => store().append({ ...stream, tenantId }, items(1)));
    await expectTenantRequired((tenantId) => store().appended({ ...stream, tenantId }, ['k']));
    await expectTenantRequired((tenantId) => collect(store().read({ ...stream, tenantId })));
    await expectTenantRequired((tenantId) => store().head({ ...stream, tenantId }));
    await expectTenantRequired((tenantId) => store().exists({ ...stream, tenantId }));
    await expectTenantRequired((tenantId) =>
      store().appendAll([{ stream: { ...stream, tenantId }, events: items(1) }]),
    );
    await expectTenantRequired((tenantId) => collect(store().readAll({ tenantId })));
    await expectTenantRequired((tenantId) => store().position(tenantId));
    await expectTenantRequired((tenantId) => store().count({ tenantId }));
    await expectTenantRequired((tenantId) => store().dispatched([{ stream: { ...stream, tenantId }, from: 1, to: 1 }]));
    // Only heads() has a meaning for no tenant at all: every one.
    await expectTenantRequired((tenantId) =>
      collect(store().heads({ aggregateType: 'basket', tenantId: tenantId ?? ('' as never) })),
    );
  });
}

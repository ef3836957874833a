import { randomUUID } from 'node:crypto';
import { createTenantId } from '../../../tenancy/create-tenant-id.js';
import { collect } from '../collect.js';
import { ItemAdded, ItemRemoved } from '../contract-events.js';
import { readWithinLoops } from '../read-within-loops.js';
import { items, newStream, upTo } from './event-store-cases.js';
import type { EventStoreCases } from './event-store-cases.js';

/** In the order of their UTF-8 bytes; by UTF-16 units U+FFEE would follow the emoji. */
const IN_ORDER = ['A', 'a', 'a:b', 'aa', 'b', 'é', 'ｚ', '\uffee', '😀', '😁'];

export function headsCases({ expect, test, store }: EventStoreCases): void {
  test('gives every stream of a type with its last sequence and count', async () => {
    const { tenantId } = newStream();
    const aggregateType = `type-${randomUUID()}`;
    await store().append({ tenantId, aggregateType, aggregateId: 'one' }, items(3));
    await store().append({ tenantId, aggregateType, aggregateId: 'two' }, items(1));
    await store().append({ tenantId, aggregateType, aggregateId: 'two' }, items(1));
    await store().append({ tenantId, aggregateType: `${aggregateType}x`, aggregateId: 'three' }, items(1));
    expect(await collect(store().heads({ aggregateType }))).toEqual([
      { tenantId, aggregateId: 'one', sequence: 3, count: 3 },
      { tenantId, aggregateId: 'two', sequence: 2, count: 2 },
    ]);
    expect(await collect(store().heads({ aggregateType: `none-${aggregateType}` }))).toEqual([]);
  });

  test('counts the asked types only, and leaves out streams without them', async () => {
    const { tenantId } = newStream();
    const aggregateType = `type-${randomUUID()}`;
    const added = { data: new ItemAdded('x') };
    const removed = { data: new ItemRemoved('x') };
    await store().append({ tenantId, aggregateType, aggregateId: 'one' }, [added, removed, added, removed, removed]);
    await store().append({ tenantId, aggregateType, aggregateId: 'two' }, [added]);
    const types = (...types: string[]) => collect(store().heads({ aggregateType, types }));
    expect(await types('contract.item_added')).toEqual([
      { tenantId, aggregateId: 'one', sequence: 3, count: 2 },
      { tenantId, aggregateId: 'two', sequence: 1, count: 1 },
    ]);
    expect(await types('contract.item_removed')).toEqual([{ tenantId, aggregateId: 'one', sequence: 5, count: 3 }]);
    expect(await types('contract.item_removed', 'contract.item_added')).toEqual([
      { tenantId, aggregateId: 'one', sequence: 5, count: 5 },
      { tenantId, aggregateId: 'two', sequence: 1, count: 1 },
    ]);
    expect(await types('unheard of')).toEqual([]);
    expect(await types()).toEqual([]);
  });

  test('orders by tenant and aggregate id as UTF-8 bytes', async () => {
    const aggregateType = `type-${randomUUID()}`;
    const run = randomUUID();
    const streams = IN_ORDER.flatMap((tenant) =>
      IN_ORDER.map((aggregateId) => ({ tenantId: createTenantId(`${run}${tenant}`), aggregateType, aggregateId })),
    );
    await Promise.all([...streams].reverse().map((stream) => store().append(stream, items(1))));
    const heads = await collect(store().heads({ aggregateType }));
    const expected = streams.map(({ tenantId, aggregateId }) => ({ tenantId, aggregateId, sequence: 1, count: 1 }));
    expect(heads).toEqual(expected);
    const bytes = heads.map(({ tenantId }) => Buffer.from(tenantId));
    expect([...bytes].sort(Buffer.compare)).toEqual(bytes);
  });

  test('gives the streams of one tenant only, when asked', async () => {
    const aggregateType = `type-${randomUUID()}`;
    const [mine, other] = [newStream().tenantId, newStream().tenantId];
    await store().append({ tenantId: mine, aggregateType, aggregateId: 'a' }, items(2));
    await store().append({ tenantId: other, aggregateType, aggregateId: 'b' }, items(1));
    expect(await collect(store().heads({ aggregateType, tenantId: mine }))).toEqual([
      { tenantId: mine, aggregateId: 'a', sequence: 2, count: 2 },
    ]);
    expect(await collect(store().heads({ aggregateType, tenantId: newStream().tenantId }))).toEqual([]);
  });

  test('lets loops read whose heads are not over, however many', async () => {
    const aggregateType = `type-${randomUUID()}`;
    const { tenantId } = newStream();
    for (const aggregateId of ['a', 'b']) await store().append({ tenantId, aggregateType, aggregateId }, items(1));
    const heads = (): AsyncIterable<unknown> => store().heads({ aggregateType });
    const found = await readWithinLoops(heads, async () => (await collect(heads())).length);
    expect(found).toEqual(found.map(() => 2));
  });

  test('can be left early', async () => {
    const aggregateType = `type-${randomUUID()}`;
    const { tenantId } = newStream();
    await Promise.all(
      upTo(60).map((n) => store().append({ tenantId, aggregateType, aggregateId: `s${n + 100}` }, items(1))),
    );
    for (let n = 0; n < 20; n++) {
      for await (const head of store().heads({ aggregateType })) {
        expect(head.aggregateId).toBe('s101');
        break;
      }
    }
    expect(await collect(store().heads({ aggregateType }))).toHaveLength(60);
  });
}

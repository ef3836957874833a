import { randomUUID } from 'node:crypto';
import { InvalidArgumentError } from '../../../errors/invalid-argument.error.js';
import type { EventQuery } from '../../../event-store/event-query.js';
import type { StreamId } from '../../../event-store/stream-id.js';
import { collect } from '../collect.js';
import { ItemAdded } from '../contract-events.js';
import { items, LONG_AGO, names, newStream, sequences, storedItems, upTo } from './event-store-cases.js';
import type { EventStoreCases } from './event-store-cases.js';

/** Streams whose aggregate type begins with `$` are derived from the others, and nobody asked for them. */
export function ownStreamsCases({ expect, test, together, store, log, settle }: EventStoreCases): void {
  test('are dropped by their type, of all tenants, and begin anew then', async () => {
    const type = `$links:${randomUUID()}@1`;
    const [one, other] = [newStream({ aggregateType: type }), newStream({ aggregateType: type })];
    const [users, kept] = [newStream(), newStream({ aggregateType: `${type}x` })];
    for (const stream of [one, other, users, kept]) await store().append(stream, items(2), { key: 'k' });
    expect(await log().drop(type)).toEqual({ streams: 2, events: 4 });
    expect(await log().drop(type)).toEqual({ streams: 0, events: 0 });
    for (const stream of [one, other]) {
      expect(await collect(store().read(stream))).toEqual([]);
      expect(await store().append(stream, items(1), { key: 'k' })).toMatchObject({ firstSequence: 1, repeated: false });
    }
    for (const stream of [users, kept]) {
      expect(sequences(await collect(store().read(stream)))).toEqual([1, 2]);
      expect(await store().append(stream, items(1), { key: 'k' })).toMatchObject({ repeated: true });
    }
    await expect(log().drop('basket')).rejects.toBeInstanceOf(InvalidArgumentError);
    await expect(log().drop('')).rejects.toBeInstanceOf(InvalidArgumentError);
  });

  test('retention leaves them, and a tenant that is forgotten takes them with it', async () => {
    const own = newStream({ aggregateType: '$links:fold@1' });
    const { tenantId, aggregateType } = own;
    const users = { ...own, aggregateType: 'basket' };
    await log().restore(own, storedItems(own, upTo(2)));
    await log().restore(users, storedItems(users, upTo(3)));
    const before = LONG_AGO + 1_000_000;
    expect(await log().removeIdle({ tenantId, aggregateType, before })).toEqual({ streams: 0, events: 0 });
    expect(await log().removeIdle({ tenantId, before })).toEqual({ streams: 1, events: 3 });
    expect(sequences(await collect(store().read(own)))).toEqual([1, 2]);
    expect(await log().forget(tenantId)).toMatchObject({ events: 2 });
    expect(await store().head(own)).toBe(0);
    expect(await collect(store().read(own))).toEqual([]);
  });

  together('between those of a user', () => {
    const tagged = (name: string) => [{ data: new ItemAdded(name), tags: ['t'] }];

    /** A stream of a user between two of our own, which stand before and after it in the log. */
    async function streams(): Promise<{ readonly own: StreamId; readonly users: StreamId }> {
      const users = newStream({ aggregateType: '%basket' });
      const own: StreamId = { ...users, aggregateType: '$links:fold@1', aggregateId: 'key' };
      await store().append(own, tagged('own1'));
      await store().append({ ...users, aggregateType: '#basket' }, tagged('first'));
      await store().append(users, tagged('second'));
      await store().append(own, tagged('own2'));
      await settle();
      return { own, users };
    }

    const QUERIES: readonly EventQuery[] = [
      {},
      { types: ['contract.item_added'] },
      { tags: ['t'] },
      { payload: { quantity: 1 } },
      [{ types: ['contract.item_added'], tags: ['t'] }, {}],
    ];

    test('readAll and count leave them out, whatever is asked for', async () => {
      const { own, users } = await streams();
      const { tenantId } = users;
      for (const query of QUERIES) {
        expect(names(await collect(store().readAll({ tenantId, query })))).toEqual(['first', 'second']);
        expect(names(await collect(store().readAll({ tenantId, query, direction: 'backwards', limit: 2 })))).toEqual([
          'second',
          'first',
        ]);
        expect(await store().count({ tenantId, query })).toBe(2);
      }
      const { aggregateType, aggregateId } = own;
      for (const query of [{ aggregateType }, { aggregateType, aggregateId }, { aggregateId }]) {
        expect(await collect(store().readAll({ tenantId, query }))).toEqual([]);
        expect(await store().count({ tenantId, query })).toBe(0);
      }
    });

    test('walks over the log leave them out, unless their type is named', async () => {
      const { own, users } = await streams();
      const { tenantId } = users;
      const { aggregateType } = own;
      expect(names(await collect(store().scan({ tenantId })))).toEqual(['first', 'second']);
      expect(names(await collect(store().scan({ tenantId, aggregateType })))).toEqual(['own1', 'own2']);
      const ofTenant = (row: { readonly tenantId: string }) => row.tenantId === tenantId;
      expect(names((await collect(store().scan())).filter(ofTenant))).toEqual(['first', 'second']);
      expect((await collect(log().rows({ tenantId }))).map((row) => row.aggregateType)).toEqual(['#basket', '%basket']);
      expect((await collect(log().rows({ aggregateType }))).filter(ofTenant)).toHaveLength(2);
      const first = { ...users, aggregateType: '#basket', sequence: 1 };
      expect((await collect(log().rows({ tenantId, after: first }))).map((row) => row.aggregateType)).toEqual([
        '%basket',
      ]);
    });

    test('whoever knows them reads them as any other', async () => {
      const { own } = await streams();
      expect(names(await collect(store().read(own)))).toEqual(['own1', 'own2']);
      expect(names(await collect(store().readEach([{ ...own, sequence: 2 }])))).toEqual(['own2']);
      expect(await store().head(own)).toBe(2);
      const { tenantId, aggregateType } = own;
      expect(await collect(store().heads({ tenantId, aggregateType }))).toEqual([
        { tenantId, aggregateId: 'key', sequence: 2, count: 2 },
      ]);
      expect(await store().append(own, items(1), { key: 'k' })).toMatchObject({ firstSequence: 3, repeated: false });
      expect(await store().append(own, items(1), { key: 'k' })).toMatchObject({ firstSequence: 3, repeated: true });
      expect((await store().appended(own, ['k'])).get('k')).toMatchObject({ lastSequence: 3 });
    });

    test('are noted as undispatched, as any other', async () => {
      const { users } = await streams();
      const list = await store().undispatched({ olderThanMs: 0, limit: 10_000 });
      const types = list.filter(({ stream }) => stream.tenantId === users.tenantId);
      expect(types.map(({ stream }) => stream.aggregateType).toSorted()).toEqual([
        '#basket',
        '$links:fold@1',
        '%basket',
      ]);
    });
  });
}

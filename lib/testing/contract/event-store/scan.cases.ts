import { randomUUID } from 'node:crypto';
import type { StreamId } from '../../../event-store/stream-id.js';
import { InvalidArgumentError } from '../../../errors/invalid-argument.error.js';
import type { RecordedEvent } from '../../../events/recorded-event.js';
import { createTenantId } from '../../../tenancy/create-tenant-id.js';
import { InvalidTenantError } from '../../../tenancy/invalid-tenant.error.js';
import { collect } from '../collect.js';
import { ItemAdded, ItemRemoved } from '../contract-events.js';
import { items, newStream, sequences, upTo } from './event-store-cases.js';
import type { EventStoreCases } from './event-store-cases.js';

/** More than one page of any adapter. */
const MANY = 4_500;

export function scanCases({ expect, test, store, log }: EventStoreCases): void {
  test('gives every event, ordered by tenant, aggregate type and id as UTF-8 bytes, then by sequence', async () => {
    const run = randomUUID();
    // In the order that is expected. U+FFFD sorts behind emoji by UTF-16 units, and before them by bytes.
    const streams: StreamId[] = ['A', 'a', 'ä', '\ufffd', '😀'].flatMap((tenant) =>
      [`${run} type`, `${run} typé`].flatMap((aggregateType) =>
        ['1', '10', '2', '\ufffd', '😀'].map((aggregateId) => ({
          tenantId: createTenantId(`${run} ${tenant}`),
          aggregateType,
          aggregateId,
        })),
      ),
    );
    await Promise.all(streams.toReversed().map((stream) => store().append(stream, items(3))));
    const scanned = (await collect(store().scan())).filter(({ tenantId }) => tenantId.startsWith(run));
    const wanted: RecordedEvent[] = [];
    for (const stream of streams) wanted.push(...(await collect(store().read(stream))));
    expect(scanned).toEqual(wanted);
    expect(scanned[0]!.data).toBeInstanceOf(ItemAdded);
  });

  test('gives the events of one tenant, of one aggregate type, of some types, when asked', async () => {
    const basket = newStream();
    const order = { ...basket, aggregateType: 'order' };
    const foreign = newStream();
    await store().append(basket, [...items(2), { data: new ItemRemoved('x') }]);
    await store().append(order, items(1));
    await store().append(foreign, items(1));
    const { tenantId } = basket;
    const scan = async (query: object) =>
      (await collect(store().scan({ tenantId, ...query }))).map((event) => [event.aggregateType, event.sequence]);
    expect(await scan({})).toEqual([
      ['basket', 1],
      ['basket', 2],
      ['basket', 3],
      ['order', 1],
    ]);
    expect(await scan({ aggregateType: 'order' })).toEqual([['order', 1]]);
    expect(await scan({ types: ['contract.item_removed'] })).toEqual([['basket', 3]]);
    expect(await scan({ types: ['contract.item_removed'], aggregateType: 'order' })).toEqual([]);
    expect(await scan({ types: ["' OR 1=1 --", 'NUL \u0000'] })).toEqual([]);
    expect(await scan({ aggregateType: "' OR 1=1 --" })).toEqual([]);
  });

  test('goes through many and through large events without losing one', async () => {
    const small = newStream();
    const large = { ...small, aggregateType: 'large' };
    await store().append(small, items(MANY));
    const text = 'x'.repeat(900_000);
    for (const part of upTo(3)) await store().append(large, items(5, `${text} ${part}`));
    const scanned = await collect(store().scan({ tenantId: small.tenantId }));
    expect(sequences(scanned)).toEqual([...upTo(MANY), ...upTo(15)]);
  });

  test('can be left early, and by an error, again and again', async () => {
    const stream = newStream();
    await store().append(stream, items(100));
    for (const round of upTo(12)) {
      const scan = async (): Promise<void> => {
        for await (const event of store().scan({ tenantId: stream.tenantId })) {
          if (event.sequence < 3) continue;
          if (round % 2 === 0) throw new Error('enough');
          return;
        }
      };
      if (round % 2 === 0) await expect(scan()).rejects.toThrow('enough');
      else await scan();
    }
    expect(await store().head(stream)).toBe(100);
  });

  test('refuses what is no query', async () => {
    const refused = (query: object) =>
      collect(
        (async function* () {
          yield* store().scan(query);
        })(),
      );
    await expect(refused({ tenantId: '' })).rejects.toBeInstanceOf(InvalidTenantError);
    await expect(refused({ aggregateType: 7 })).rejects.toBeInstanceOf(InvalidArgumentError);
    await expect(refused({ types: 'one' })).rejects.toBeInstanceOf(InvalidArgumentError);
  });

  test('has rows with their keys and without anything decoded, also behind a place', async () => {
    const stream = newStream();
    await store().append(stream, items(2), { key: 'first' });
    await store().append(stream, items(1));
    const { stored } = await store().append(stream, items(2), { key: 'ключ' });
    const rows = await collect(log().rows({ tenantId: stream.tenantId }));
    expect(rows.map(({ sequence, key }) => [sequence, key])).toEqual([
      [1, 'first'],
      [2, 'first'],
      [3, undefined],
      [4, 'ключ'],
      [5, 'ключ'],
    ]);
    expect(rows[4]).toEqual({ ...stored[1], metadata: JSON.stringify(stored[1]!.metadata), key: 'ключ' });
    const behind = await collect(log().rows({ tenantId: stream.tenantId, after: { ...stream, sequence: 3 } }));
    expect(behind.map(({ sequence }) => sequence)).toEqual([4, 5]);
    expect(await collect(log().rows({ tenantId: stream.tenantId, aggregateType: 'other' }))).toEqual([]);
  });

  test('has the rows of some types, also behind a place', async () => {
    const stream = newStream();
    const removed = { data: new ItemRemoved('x') };
    await store().append(stream, [...items(1), removed, ...items(1), removed, removed]);
    const query = { tenantId: stream.tenantId, types: ['contract.item_removed', 'contract.unknown'] };
    const rows = async (more: object): Promise<number[]> =>
      (await collect(log().rows({ ...query, ...more }))).map(({ sequence }) => sequence);
    expect(await rows({})).toEqual([2, 4, 5]);
    expect(await rows({ after: { ...stream, sequence: 2 } })).toEqual([4, 5]);
    expect(await rows({ aggregateType: 'other' })).toEqual([]);
    expect(await rows({ types: [] })).toEqual([]);
  });
}

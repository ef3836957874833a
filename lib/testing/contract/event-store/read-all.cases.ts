import type { LogPosition } from '../../../event-store/log-position.js';
import type { PositionedEvent } from '../../../event-store/positioned-event.js';
import type { ReadAllOptions } from '../../../event-store/read-all-options.js';
import type { StreamId } from '../../../event-store/stream-id.js';
import type { TenantId } from '../../../tenancy/tenant-id.js';
import { collect } from '../collect.js';
import { expectInvalid } from '../expect-refused.js';
import { items, LONG_AGO, names, newStream, sequences, storedItems, upTo } from './event-store-cases.js';
import type { EventStoreCases } from './event-store-cases.js';

export function readAllCases({ expect, test, store, log: rows, settle }: EventStoreCases): void {
  /** Fifteen events in three streams of one tenant, and one of another. */
  async function filled(): Promise<readonly StreamId[]> {
    const one = newStream();
    const streams = [one, { ...one, aggregateId: 'two' }, { ...one, aggregateType: 'box', aggregateId: 'one' }];
    for (let n = 0; n < 5; n++) for (const stream of streams) await store().append(stream, items(1, `${n}-`));
    await store().append(newStream(), items(1));
    await settle();
    return streams;
  }

  const readAll = (tenantId: TenantId, options: Omit<ReadAllOptions, 'tenantId'> = {}): Promise<PositionedEvent[]> =>
    collect(store().readAll({ tenantId, ...options }));

  test('gives all events of a tenant, in one order that keeps that of every stream', async () => {
    const streams = await filled();
    const { tenantId } = streams[0]!;
    const log = await readAll(tenantId);
    expect(log).toHaveLength(15);
    expect(new Set(log.map((event) => event.position)).size).toBe(15);
    for (const stream of streams) {
      const own = log.filter(
        ({ aggregateType, aggregateId }) =>
          aggregateType === stream.aggregateType && aggregateId === stream.aggregateId,
      );
      expect(own.map(({ position: _, ...event }) => event)).toEqual(await collect(store().read(stream)));
    }
    expect(await readAll(tenantId)).toEqual(log);
    expect(await readAll(tenantId, { direction: 'forwards', query: {} })).toEqual(log);
    expect(await readAll(tenantId, { direction: 'backwards' })).toEqual([...log].reverse());
  });

  test('goes on from any position, in both directions, with a limit', async () => {
    const { tenantId } = (await filled())[0]!;
    const log = await readAll(tenantId);
    const at = (n: number): LogPosition => log[n]!.position;
    expect(await readAll(tenantId, { after: at(4) })).toEqual(log.slice(5));
    expect(await readAll(tenantId, { after: at(14) })).toEqual([]);
    expect(await readAll(tenantId, { before: at(4) })).toEqual(log.slice(0, 4));
    expect(await readAll(tenantId, { after: at(3), before: at(9) })).toEqual(log.slice(4, 9));
    expect(await readAll(tenantId, { after: at(9), before: at(3) })).toEqual([]);
    expect(await readAll(tenantId, { limit: 4 })).toEqual(log.slice(0, 4));
    expect(await readAll(tenantId, { after: at(4), limit: 1 })).toEqual([log[5]]);
    expect(await readAll(tenantId, { limit: 3, direction: 'backwards' })).toEqual(log.slice(12).reverse());
    expect(await readAll(tenantId, { after: at(9), direction: 'backwards' })).toEqual(log.slice(10).reverse());
    expect(await readAll(tenantId, { before: at(3), direction: 'backwards', limit: 2 })).toEqual([log[2], log[1]]);
    const pages: PositionedEvent[] = [];
    for (let after: LogPosition | undefined; ; after = pages.at(-1)?.position) {
      const page = await readAll(tenantId, { after, limit: 4 });
      pages.push(...page);
      if (page.length === 0) break;
    }
    expect(pages).toEqual(log);
  });

  test('says where the log stands: what comes later comes after it', async () => {
    const stream = newStream();
    const { tenantId } = stream;
    const start = await store().position(tenantId);
    expect(await readAll(tenantId, { after: start })).toEqual([]);
    await store().append(stream, items(2, 'a'));
    await settle();
    const middle = await store().position(tenantId);
    expect(names(await readAll(tenantId, { after: start }))).toEqual(['a1', 'a2']);
    expect(await readAll(tenantId, { after: middle })).toEqual([]);
    await store().append({ ...stream, aggregateId: 'two' }, items(2, 'b'));
    await settle();
    expect(names(await readAll(tenantId, { after: middle }))).toEqual(['b1', 'b2']);
    expect(names(await readAll(tenantId, { before: middle }))).toEqual(['a1', 'a2']);
  });

  test('compares positions: those of its events, and those between them', async () => {
    const stream = newStream();
    const { tenantId } = stream;
    const start = await store().position(tenantId);
    await store().append(stream, items(12));
    await store().append({ ...stream, aggregateId: '\u{1f600}' }, items(1));
    await store().append({ ...stream, aggregateId: '\uffee' }, items(1));
    await settle();
    const middle = await store().position(tenantId);
    await store().append(stream, items(1));
    await settle();
    const log = (await readAll(tenantId)).map(({ position }) => position);
    const inOrder = [start, ...log.slice(0, 14), middle, ...log.slice(14), await store().position(tenantId)];
    expect(log).toHaveLength(15);
    for (const [i, one] of inOrder.entries()) {
      for (const [k, other] of inOrder.entries()) {
        expect(Math.sign(store().comparePositions(one, other))).toBe(Math.sign(i - k));
      }
    }
    for (const bad of ['', 'x', '-1', '1-2-3-4-5'] as LogPosition[]) {
      expect(() => store().comparePositions(start, bad)).toThrow();
      expect(() => store().comparePositions(bad, start)).toThrow();
    }
  });

  test('gives nothing for a tenant without events', async () => {
    const { tenantId } = newStream();
    expect(await readAll(tenantId)).toEqual([]);
    expect(await readAll(tenantId, { direction: 'backwards', limit: 5 })).toEqual([]);
    expect(await store().count({ tenantId })).toBe(0);
  });

  test('counts events, and knows which streams have some', async () => {
    const streams = await filled();
    const { tenantId } = streams[0]!;
    expect(await store().count({ tenantId })).toBe(15);
    expect(await store().count({ tenantId, query: { aggregateType: 'box' } })).toBe(5);
    expect(await store().count({ tenantId, query: { payload: { name: '3-1' } } })).toBe(3);
    expect(await store().count({ tenantId, query: [] })).toBe(0);
    for (const stream of streams) expect(await store().exists(stream)).toBe(true);
    expect(await store().exists({ ...streams[0]!, aggregateId: 'three' })).toBe(false);
    expect(await store().exists(newStream())).toBe(false);
  });

  test('gives, and counts, what was recorded since a time and up to one, both inclusive', async () => {
    const stream = newStream();
    const { tenantId } = stream;
    const second = { ...stream, aggregateId: 'two' };
    await rows().restore(stream, storedItems(stream, upTo(4)));
    await rows().restore(second, storedItems(second, upTo(8)));
    await store().append(second, items(2, 'new'));
    await settle();
    const log = await readAll(tenantId);
    const late = log.filter(({ sequence }) => sequence > 8);
    const query = { types: ['contract.item_added'] };
    for (const [since, until] of [[3], [3, 6], [9], [undefined, 6], [6, 3], [1, 8], [-5], [undefined, -5]] as const) {
      const times = {
        ...(since !== undefined && { since: new Date(LONG_AGO + since) }),
        ...(until !== undefined && { until: new Date(LONG_AGO + until) }),
      };
      const wanted = log.filter(({ recordedAt }) => {
        const n = recordedAt.getTime() - LONG_AGO;
        return n >= (since ?? -Infinity) && n <= (until ?? Infinity);
      });
      expect(await readAll(tenantId, times)).toEqual(wanted);
      expect(await readAll(tenantId, { ...times, query, direction: 'backwards' })).toEqual([...wanted].reverse());
      expect(await store().count({ tenantId, ...times })).toBe(wanted.length);
      expect(await readAll(tenantId, { ...times, query: { types: ['unheard of'] } })).toEqual([]);
      // By content another way leads through the log.
      const content = { payload: { name: 'n4' } };
      const rare = wanted.filter(({ data }) => (data as { readonly name: string }).name === 'n4');
      expect(await readAll(tenantId, { ...times, query: content })).toEqual(rare);
      expect(await store().count({ tenantId, ...times, query: content })).toBe(rare.length);
    }
    const since = late[0]!.recordedAt;
    expect(names(await readAll(tenantId, { since, after: late[0]!.position }))).toEqual(['new2']);
    expect(await readAll(tenantId, { since: new Date(LONG_AGO + 2), limit: 1 })).toEqual(
      log.filter(({ sequence }) => sequence > 1).slice(0, 1),
    );
    expect(await readAll(tenantId, { since: new Date(8.64e15) })).toEqual([]);
    expect(await readAll(tenantId, { until: new Date(-8.64e15) })).toEqual([]);
  });

  test('reads a long log in order, and can be left early', async () => {
    const stream = newStream();
    for (let n = 0; n < 3; n++) await store().append({ ...stream, aggregateId: `${n}` }, items(1_500));
    await settle();
    const log = await readAll(stream.tenantId);
    expect(sequences(log)).toEqual([...upTo(1_500), ...upTo(1_500), ...upTo(1_500)]);
    expect(await readAll(stream.tenantId, { direction: 'backwards', limit: 4_499 })).toEqual(log.slice(1).reverse());
    for (let n = 0; n < 20; n++) {
      const seen: number[] = [];
      for await (const event of store().readAll({ tenantId: stream.tenantId })) {
        seen.push(event.sequence);
        if (seen.length === 3) break;
      }
      expect(seen).toEqual([1, 2, 3]);
    }
  });

  test('misses nothing while many append', async () => {
    const stream = newStream();
    const { tenantId } = stream;
    const seen: PositionedEvent[] = [];
    let done = false;
    const follow = (async (): Promise<void> => {
      for (;;) {
        const last = done;
        for await (const event of store().readAll({ tenantId, after: seen.at(-1)?.position })) seen.push(event);
        if (last) return;
        await new Promise((resolve) => setImmediate(resolve));
      }
    })();
    await Promise.all(
      upTo(20).map(async (n) => {
        for (let m = 0; m < 5; m++) await store().append({ ...stream, aggregateId: `${n}` }, items(1 + (m % 3)));
      }),
    );
    await settle();
    done = true;
    await follow;
    expect(seen).toEqual(await readAll(tenantId));
    expect(seen).toHaveLength(20 * 9);
  });

  test('refuses options outside their range', async () => {
    const { tenantId } = newStream();
    for (const limit of [0, -1, 1.5, NaN, Infinity, '1', null]) {
      await expectInvalid(() => readAll(tenantId, { limit: limit as number }), 'options.limit');
    }
    await expectInvalid(() => readAll(tenantId, { direction: 'sideways' as never }), 'options.direction');
    for (const name of ['after', 'before'] as const) {
      for (const bad of ['', 'x', "1'; DROP TABLE events; --", 5, null, {}, '-1', '1-2-3-4-5', '9'.repeat(40)]) {
        await expectInvalid(() => readAll(tenantId, { [name]: bad as LogPosition }), `options.${name}`);
      }
    }
    for (const name of ['since', 'until'] as const) {
      for (const bad of [new Date(NaN), 5, '2024-01-01', null]) {
        await expectInvalid(() => readAll(tenantId, { [name]: bad }), `options.${name}`);
        await expectInvalid(() => store().count({ tenantId, [name]: bad as Date }), `query.${name}`);
      }
    }
    await expectInvalid(() => readAll(tenantId, { query: 'x' as never }), 'options.query');
    await expectInvalid(() => store().count({ tenantId, query: { typs: [] } as never }), 'query.query.typs');
  });
}

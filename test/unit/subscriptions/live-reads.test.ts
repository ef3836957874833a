import { setImmediate as turn } from 'node:timers/promises';
import type { Subscription } from 'rxjs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Announcements } from '../../../lib/announcements/announcements.js';
import { MAX_TIMER_MS } from '../../../lib/errors/integer-problem.js';
import {
  createTenantId,
  type EventStore,
  type LiveEvent,
  LiveEvents,
  type LogPosition,
  memory,
  StoreUnavailableError,
} from '../../../lib/index.js';
import type { LiveOptions } from '../../../lib/subscriptions/live/live-options.js';
import { collect } from '../../support/collect.js';
import { ItemAdded, ItemRemoved } from '../../support/contract-events.js';
import { eventually } from '../../support/eventually.js';
import { gate, type Gate } from '../../support/gate.js';
import { createStorageContext } from '../../support/storage-context.js';

const acme = createTenantId('acme');
const MAX_READS = 2;

/** A store that counts what live streams ask, and whose reads wait where a test says so. */
function counting(store: EventStore) {
  const counts = { looks: 0, pages: 0, atOnce: 0, mostAtOnce: 0, after: [] as (LogPosition | undefined)[] };
  let failures = 0;
  let answer: LogPosition | undefined;
  const answerNext = (position: LogPosition): void => void (answer = position);
  const failNext = (): void => void (failures = 1);
  const held: { looks?: Gate; pages?: Gate } = {};
  const enter = async (): Promise<void> => {
    counts.atOnce += 1;
    counts.mostAtOnce = Math.max(counts.mostAtOnce, counts.atOnce);
    await turn();
    await held.pages?.opened;
  };
  const counted = Object.create(store) as EventStore;
  counted.position = async (tenantId) => {
    counts.looks += 1;
    const position = answer ?? (await store.position(tenantId));
    answer = undefined;
    await held.looks?.opened;
    if (failures-- > 0) throw new StoreUnavailableError('away');
    return position;
  };
  counted.head = async (stream) => {
    await enter();
    counts.atOnce -= 1;
    return store.head(stream);
  };
  counted.readAll = async function* (options) {
    counts.pages += 1;
    counts.after.push(options.after);
    await enter();
    yield* store.readAll(options);
    counts.atOnce -= 1;
  };
  const hold = (what: 'looks' | 'pages'): void => void (held[what] = gate());
  const release = (): void => {
    held.looks?.open();
    held.pages?.open();
  };
  return { counted, counts, hold, release, failNext, answerNext };
}

describe('the reads of live streams', () => {
  let store: EventStore;
  let live: LiveEvents;
  let announcements: Announcements;
  let counts: ReturnType<typeof counting>['counts'];
  let hold: ReturnType<typeof counting>['hold'];
  let release: () => void;
  let failNext: () => void;
  let answerNext: (position: LogPosition) => void;
  const subscriptions: Subscription[] = [];
  beforeEach(async () => {
    const storage = await memory().open(await createStorageContext());
    store = storage.events;
    const watched = counting(store);
    ({ counts, hold, release, failNext, answerNext } = watched);
    announcements = new Announcements();
    live = new LiveEvents(watched.counted, announcements, { pollMs: MAX_TIMER_MS, maxReads: MAX_READS });
  });
  afterEach(async () => {
    release();
    for (const subscription of subscriptions.splice(0)) subscription.unsubscribe();
    await announcements.close();
  });

  const append = async (aggregateId: string, ...data: object[]): Promise<void> => {
    await store.append(
      { tenantId: acme, aggregateType: 'cart', aggregateId },
      data.map((one) => ({ data: one })),
    );
    announcements.announce(acme);
  };
  const added = (): ItemAdded => new ItemAdded('tea', 1);
  const watch = (options: LiveOptions = {}) => {
    const seen: LiveEvent[] = [];
    const subscription = live.events({ tenantId: acme, ...options }).subscribe((event) => seen.push(event));
    subscriptions.push(subscription);
    return { seen, subscription, names: () => seen.map((one) => `${one.aggregateId}#${one.sequence}`) };
  };
  const many = <T>(count: number, make: (n: number) => T): T[] => Array.from({ length: count }, (_, n) => make(n));
  /** All that can go on has, and stands. */
  const rest = async (): Promise<void> => {
    for (let n = 0; n < 50; n += 1) await turn();
  };

  it('are one for all who stand at the same place', async () => {
    const watchers = many(500, () => watch());
    await rest();
    expect(counts).toMatchObject({ looks: 1, pages: 0 });
    for (const n of [1, 2, 3]) {
      await append('a', added());
      await eventually(() => {
        for (const { seen } of watchers) expect(seen).toHaveLength(n);
      });
      await rest();
      expect(counts).toMatchObject({ looks: 1 + n, pages: n });
    }
  });

  it('are no more at once than maxReads, and each stream gets its own', async () => {
    const watchers = many(30, (n) => watch({ tags: [`tag-${n}`] }));
    const ofAggregates = many(20, (n) => watch({ aggregateType: 'cart', aggregateId: `${n}` }));
    await rest();
    for (let n = 0; n < 20; n += 1) {
      await store.append({ tenantId: acme, aggregateType: 'cart', aggregateId: `${n}` }, [
        { data: added(), tags: many(30, (k) => `tag-${k}`) },
      ]);
      announcements.announce(acme);
    }
    await eventually(() => {
      for (const { seen } of watchers) expect(seen).toHaveLength(20);
      for (const { seen } of ofAggregates) expect(seen).toHaveLength(1);
    });
    expect(counts.mostAtOnce).toBe(MAX_READS);
  });

  it('come in turn, so that who has much to read keeps nobody waiting', async () => {
    const long = many(3_000, added);
    await append('long', ...long);
    hold('pages');
    const far = many(MAX_READS, (n) => watch({ from: 'beginning', ...(n > 0 && { aggregateType: 'cart' }) }));
    const near = watch();
    let farAlready: number[] = [];
    near.subscription.add(
      live.events({ tenantId: acme }).subscribe(() => (farAlready = far.map(({ seen }) => seen.length))),
    );
    await eventually(() => expect(counts.pages).toBe(MAX_READS));
    await append('b', new ItemRemoved('tea'));
    await rest();
    release();
    await eventually(() => expect(near.names()).toEqual(['b#1']));
    expect(farAlready.every((count) => count < long.length)).toBe(true);
    expect(farAlready).toHaveLength(MAX_READS);
    await eventually(() => {
      for (const { seen } of far) expect(seen).toHaveLength(long.length + 1);
    });
  });

  it('are not made for a stream that ended while it waited for its turn', async () => {
    const watchers = many(6, (n) => watch({ tags: [`tag-${n}`] }));
    await rest();
    hold('pages');
    await append('a', added());
    await eventually(() => expect(counts.pages).toBe(MAX_READS));
    await rest();
    for (const { subscription } of watchers.slice(0, 5)) subscription.unsubscribe();
    release();
    await eventually(() => expect(counts.pages).toBe(MAX_READS + 1));
    await rest();
    expect(counts).toMatchObject({ pages: MAX_READS + 1, atOnce: 0 });
  });

  it('are made for those who stay when others of the same read end', async () => {
    for (let n = 0; n < MAX_READS; n += 1) watch({ tags: [`tag-${n}`] });
    const [leaving, staying] = [watch(), watch()];
    await rest();
    hold('pages');
    await append('a', added());
    await rest();
    // Theirs waits for its turn.
    expect(counts.pages).toBe(MAX_READS);
    leaving.subscription.unsubscribe();
    release();
    await eventually(() => expect(staying.names()).toEqual(['a#1']));
    expect(leaving.seen).toEqual([]);
  });

  it('share no look that has begun, which may have missed what a stream is to find', async () => {
    hold('looks');
    const first = watch({ from: 'beginning' });
    await eventually(() => expect(counts.looks).toBe(1));
    await store.append({ tenantId: acme, aggregateType: 'cart', aggregateId: 'a' }, [{ data: added() }]);
    const second = watch({ from: 'beginning' });
    await rest();
    // It waits for the end of that one.
    expect(counts.looks).toBe(1);
    release();
    await eventually(() => expect(second.names()).toEqual(['a#1']));
    expect(first.seen).toEqual([]);
  });

  it('go on after one that failed', async () => {
    const { names } = watch();
    await rest();
    failNext();
    await append('a', added());
    await eventually(() => expect(names()).toEqual(['a#1']));
  });

  it('never go back, where a look comes from a server whose clock is behind', async () => {
    const { names } = watch();
    await rest();
    const old = await store.position(acme);
    await append('a', added());
    await eventually(() => expect(names()).toEqual(['a#1']));
    await rest();
    answerNext(old);
    const looks = counts.looks;
    announcements.announce(acme);
    await eventually(() => expect(counts.looks).toBe(looks + 1));
    await rest();
    await append('b', added());
    await eventually(() => expect(names().at(-1)).toBe('b#1'));
    expect(names()).toEqual(['a#1', 'b#1']);
  });

  it('begin where the one before ended, whatever of it the query meant', async () => {
    const { names } = watch({ events: [ItemRemoved], from: 'beginning' });
    await append('a', ...many(5, added));
    await eventually(() => expect(counts.pages).toBeGreaterThan(0));
    await rest();
    const before = counts.pages;
    await append('a', added(), new ItemRemoved('tea'));
    await eventually(() => expect(names()).toEqual(['a#7']));
    await rest();
    expect(counts.pages).toBe(before + 1);
    const passed = await collect(store.readAll({ tenantId: acme, after: counts.after.at(-1) }));
    expect(passed.map(({ sequence }) => sequence)).toEqual([6, 7]);
  });
});

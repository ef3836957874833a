import { randomUUID } from 'node:crypto';
import { Logger } from '@nestjs/common';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  ContextChangedError,
  createFilter,
  createQuery,
  type Event,
  type EventRecord,
  type EventStore,
  type EventSubscription,
} from '../../lib/compat.js';
import { ClosedError } from '../../lib/errors/closed.error.js';
import { InvalidArgumentError } from '../../lib/errors/invalid-argument.error.js';
import { InvalidTenantError } from '../../lib/tenancy/invalid-tenant.error.js';
import { eventually } from '../support/eventually.js';
import { gate as newGate } from '../support/gate.js';
import { silentLogger } from '../support/silent-logger.js';
import { listenerCases } from './compat-listener.cases.js';

/** How the suite opens stores: each for a tenant, several on one log. */
export type OpenContentStore = (tenantId: string) => EventStore & { close(): Promise<void> };

const ACCOUNT = ['AccountOpened', 'MoneyDeposited', 'MoneyWithdrawn'];

function opened(accountId: string): Event {
  return { eventType: 'AccountOpened', payload: { accountId, owner: { name: 'Ada' }, limit: null } };
}

function deposited(accountId: string, amount: number, currency = 'EUR'): Event {
  return { eventType: 'MoneyDeposited', payload: { accountId, amount, currency } };
}

/** What the published form of content queries promises, on every store that it stands on. */
export function compatSuite(
  name: string,
  start: () => Promise<{ open: OpenContentStore; stop(): Promise<void> }>,
): void {
  describe(`compat on ${name}`, () => {
    let started: Awaited<ReturnType<typeof start>>;
    const stores: { close(): Promise<void> }[] = [];
    const open = (tenantId: string = randomUUID()) => {
      const store = started.open(tenantId);
      stores.push(store);
      return store;
    };

    beforeAll(async () => {
      Logger.overrideLogger(silentLogger);
      started = await start();
    });
    afterAll(async () => {
      await Promise.all(stores.map((store) => store.close()));
      await started.stop();
    });

    describe('query', () => {
      test('gives events in the order of their numbers, which have no holes, with what JSON holds of them', async () => {
        const store = open();
        await store.append([opened('a'), deposited('a', 5)]);
        await store.append([deposited('a', 7)]);
        const { events, maxSequenceNumber } = await store.query(createFilter(ACCOUNT));
        expect(events.map(({ sequenceNumber, eventType }) => [sequenceNumber, eventType])).toEqual([
          [1, 'AccountOpened'],
          [2, 'MoneyDeposited'],
          [3, 'MoneyDeposited'],
        ]);
        expect(events[0]!.payload).toEqual({ accountId: 'a', owner: { name: 'Ada' }, limit: null });
        expect(events[0]!.timestamp).toBeInstanceOf(Date);
        expect(maxSequenceNumber).toBe(3);
      });

      test('takes one of the types and one of the predicates; no types are all types', async () => {
        const store = open();
        await store.append([opened('a'), deposited('a', 5), deposited('b', 5, 'USD'), deposited('c', 5)]);
        const numbers = async (...args: Parameters<typeof createFilter>) =>
          (await store.query(createFilter(...args))).events.map(({ sequenceNumber }) => sequenceNumber);
        expect(await numbers(['MoneyDeposited'])).toEqual([2, 3, 4]);
        expect(await numbers(['MoneyDeposited'], [{ accountId: 'a' }, { currency: 'USD' }])).toEqual([2, 3]);
        expect(await numbers(['MoneyDeposited'], [{ accountId: 'a', currency: 'USD' }])).toEqual([]);
        expect(await numbers([], [{ accountId: 'a' }])).toEqual([1, 2]);
        expect(await numbers([])).toEqual([1, 2, 3, 4]);
        expect(await numbers(['Nothing'])).toEqual([]);
      });

      test('looks into nested objects, and takes null for a property that is there and null only', async () => {
        const store = open();
        await store.append([opened('a'), deposited('a', 5)]);
        const numbers = async (predicate: Record<string, unknown>) =>
          (await store.query(createFilter([], [predicate]))).events.map(({ sequenceNumber }) => sequenceNumber);
        expect(await numbers({ owner: { name: 'Ada' } })).toEqual([1]);
        expect(await numbers({ owner: { name: 'Bob' } })).toEqual([]);
        expect(await numbers({ limit: null })).toEqual([1]);
        expect(await numbers({ owner: null })).toEqual([]);
      });

      test('joins filters by OR, and holds a least number against all of them', async () => {
        const store = open();
        await store.append([opened('a'), deposited('a', 5), deposited('b', 5), opened('c'), deposited('a', 6)]);
        const filters = [createFilter(['AccountOpened']), createFilter(['MoneyDeposited'], [{ accountId: 'a' }])];
        const all = await store.query(createQuery(...filters));
        expect(all.events.map(({ sequenceNumber }) => sequenceNumber)).toEqual([1, 2, 4, 5]);
        const some = await store.query(createQuery({ minSequenceNumber: 2 }, ...filters));
        expect(some.events.map(({ sequenceNumber }) => sequenceNumber)).toEqual([4, 5]);
        expect(await store.query(createQuery({ minSequenceNumber: 5 }, ...filters))).toEqual({
          events: [],
          maxSequenceNumber: 0,
        });
      });

      test('gives everything for a query without filters', async () => {
        const store = open();
        await store.append([opened('a'), deposited('a', 5)]);
        expect((await store.query(createQuery())).maxSequenceNumber).toBe(2);
        expect((await store.query(createQuery({ minSequenceNumber: 1 }))).events).toHaveLength(1);
      });

      test('finds nothing of another tenant', async () => {
        const [store, other] = [open(), open()];
        await other.append([opened('a')]);
        expect(await store.query(createFilter([]))).toEqual({ events: [], maxSequenceNumber: 0 });
      });
    });

    describe('append', () => {
      const ofAccount = (accountId: string) => createFilter(ACCOUNT, [{ accountId }]);

      test('takes place when the last number that matches is the expected one, and else not', async () => {
        const store = open();
        await store.append([opened('a')], ofAccount('a'), 0);
        await store.append([deposited('b', 1)]);
        await store.append([deposited('a', 5)], ofAccount('a'), 1);
        for (const expected of [0, 1, 2, 4]) {
          const refused = store.append([deposited('a', 6)], ofAccount('a'), expected);
          await expect(refused).rejects.toThrow(ContextChangedError);
          await expect(refused).rejects.toThrow(/Context changed.*optimistic locking/);
        }
        expect((await store.query(createFilter([]))).maxSequenceNumber).toBe(3);
      });

      test('lets exactly one of ten through that decided on the same events', async () => {
        const store = open();
        for (let round = 0; round < 20; round++) {
          const account = `a${round}`;
          const results = await Promise.allSettled(
            Array.from({ length: 10 }, (_, n) => store.append([deposited(account, n)], ofAccount(account), 0)),
          );
          expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
          const { events } = await store.query(ofAccount(account));
          expect(events).toHaveLength(1);
        }
      });

      test('lets all through that decided on different events', async () => {
        const store = open();
        const accounts = Array.from({ length: 10 }, (_, n) => `a${n}`);
        await Promise.all(accounts.map((account) => store.append([opened(account)], ofAccount(account), 0)));
        expect((await store.query(createFilter(['AccountOpened']))).events).toHaveLength(10);
      });

      test('stores nothing for an empty list, and asks nothing of a query without filters', async () => {
        const store = open();
        await store.append([], ofAccount('a'), 99);
        await store.append([opened('a')], createQuery(), 99);
        expect((await store.query(createFilter([]))).maxSequenceNumber).toBe(1);
      });

      test.each([
        ['a filter without a number', (store: EventStore) => store.append([opened('a')], createFilter([]), undefined!)],
        ['a negative number', (store: EventStore) => store.append([opened('a')], createFilter([]), -1)],
        ['no list', (store: EventStore) => store.append(undefined!)],
        ['an empty type', (store: EventStore) => store.append([{ eventType: '', payload: {} }])],
        [
          'a payload that is no object',
          (store: EventStore) => store.append([{ eventType: 'A', payload: [] as never }]),
        ],
        ['a filter that is none', (store: EventStore) => store.query('x' as never)],
        ['types that are no list', (store: EventStore) => store.query({ eventTypes: 'A' as never })],
        ['a predicate that is no object', (store: EventStore) => store.query(createFilter(['A'], ['x' as never]))],
        ['a least number that is none', (store: EventStore) => store.query(createQuery({ minSequenceNumber: NaN }))],
      ])('refuses %s', async (_, call) => {
        const store = open();
        await expect(call(store)).rejects.toThrow(InvalidArgumentError);
        expect((await store.query(createFilter([]))).events).toEqual([]);
      });

      test('refuses everything once it is closed, also when it was never opened', async () => {
        for (const store of [open(), open()]) {
          const subscribing = expect(store.subscribe(async () => {})).rejects.toThrow(ClosedError);
          await store.close();
          await subscribing;
          await expect(store.query(createFilter([]))).rejects.toThrow(ClosedError);
          await expect(store.append([opened('a')])).rejects.toThrow(ClosedError);
        }
        const unopened = open();
        await unopened.close();
        await expect(unopened.query(createFilter([]))).rejects.toThrow(ClosedError);
      });

      test('refuses a tenant that is none', () => {
        expect(() => open('')).toThrow(InvalidTenantError);
      });
    });

    describe('a projection listener', () => listenerCases(open));

    describe('subscribe', () => {
      test('gives what is appended from then on, in order, before the append resolves', async () => {
        const store = open();
        await store.append([opened('before')]);
        const seen: number[] = [];
        const subscription = await store.subscribe(async (events) => void seen.push(...numbersOf(events)));
        await store.append([opened('a'), deposited('a', 5)]);
        expect(seen).toEqual([2, 3]);
        await store.append([deposited('a', 6)]);
        expect(seen).toEqual([2, 3, 4]);
        await subscription.unsubscribe();
        await store.append([deposited('a', 7)]);
        expect(seen).toEqual([2, 3, 4]);
      });

      test('calls a handler that fails again with the same events, and delays no other one', async () => {
        const store = open();
        const [seen, others]: [number[], number[]] = [[], []];
        let failing = true;
        await store.subscribe(async (events) => {
          if (failing) throw new Error('not now');
          seen.push(...numbersOf(events));
        });
        await store.subscribe(async (events) => void others.push(...numbersOf(events)));
        await store.append([opened('a')]);
        await store.append([deposited('a', 5)]);
        expect([seen, others]).toEqual([[], [1, 2]]);
        failing = false;
        await eventually(() => expect(seen).toEqual([1, 2]));
      });

      test('lets a handler append', async () => {
        const store = open();
        const seen: string[] = [];
        await store.subscribe(async (events) => {
          for (const { eventType } of events) {
            seen.push(eventType);
            if (eventType === 'AccountOpened') await store.append([deposited('a', 1)]);
          }
        });
        await store.append([opened('a')]);
        await eventually(() => expect(seen).toEqual(['AccountOpened', 'MoneyDeposited']));
      });

      test('lets a handler end its own subscription, and close the store', async () => {
        const store = open();
        const seen: number[] = [];
        const subscription: EventSubscription = await store.subscribe(async (events) => {
          seen.push(...numbersOf(events));
          await subscription.unsubscribe();
        });
        await store.append([opened('a')]);
        await store.append([opened('b')]);
        expect(seen).toEqual([1]);
        let closed = false;
        await store.subscribe(async () => {
          await store.close();
          closed = true;
        });
        await store.append([opened('c')]);
        expect(closed).toBe(true);
      });

      test('goes on behind what it gave, whatever the handler does to the list', async () => {
        const store = open();
        const seen: number[] = [];
        await store.subscribe(async (events) => {
          while (events.length > 0) seen.push(events.shift()!.sequenceNumber);
        });
        await store.append([opened('a'), opened('b')]);
        await store.append([opened('c')]);
        expect(seen).toEqual([1, 2, 3]);
      });

      test('waits at its end for the handler that runs', async () => {
        const store = open();
        const [started, gate] = [newGate(), newGate()];
        let done = false;
        const subscription = await store.subscribe(async () => {
          started.open();
          await gate.opened;
          done = true;
        });
        const appended = store.append([opened('a')]);
        await started.opened;
        const ended = subscription.unsubscribe();
        gate.open();
        await ended;
        expect(done).toBe(true);
        await appended;
      });
    });
  });
}

export function numbersOf(events: readonly EventRecord[]): number[] {
  return events.map(({ sequenceNumber }) => sequenceNumber);
}

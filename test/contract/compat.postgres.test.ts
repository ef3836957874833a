import { describe, expect, test } from 'vitest';
import { createFilter, PostgresEventStore, type EventRecord } from '../../lib/compat.js';
import { MAX_TIMER_MS } from '../../lib/errors/integer-problem.js';
import { InvalidArgumentError } from '../../lib/errors/invalid-argument.error.js';
import { StoreUnavailableError } from '../../lib/event-store/store-unavailable.error.js';
import { eventually } from '../support/eventually.js';
import { startTestPostgres } from '../support/postgres-server.js';
import { compatSuite, numbersOf } from './compat.suite.js';

compatSuite('postgres', async () => {
  const server = await startTestPostgres();
  const connectionString = await server.createDatabase();
  return {
    open: (tenantId) => new PostgresEventStore({ connectionString, tenantId, pollMs: 50, maxConnections: 4 }),
    stop: () => server.stop(),
  };
});

describe('several stores on one database', () => {
  test('give their subscribers what the others append, and let one through that decided on the same events', async () => {
    const server = await startTestPostgres();
    const connectionString = await server.createDatabase();
    const stores = Array.from({ length: 3 }, () => new PostgresEventStore({ connectionString, pollMs: 20 }));
    try {
      const seen: number[] = [];
      await stores[0]!.subscribe(async (events: EventRecord[]) => void seen.push(...numbersOf(events)));
      for (let round = 1; round <= 10; round++) {
        const filter = createFilter(['Taken'], [{ round }]);
        const results = await Promise.allSettled(
          stores.map((store) => store.append([{ eventType: 'Taken', payload: { round } }], filter, 0)),
        );
        expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      }
      await eventually(() => expect(seen).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]));
    } finally {
      await Promise.all(stores.map((store) => store.close()));
      await server.stop();
    }
  });
});

test('subscribers are told of what other processes append, also when they do not look by themselves', async () => {
  const server = await startTestPostgres();
  const connectionString = await server.createDatabase();
  const open = (tenantId?: string) => new PostgresEventStore({ connectionString, tenantId, pollMs: MAX_TIMER_MS });
  const [reader, writer, other] = [open(), open(), open('other')];
  try {
    const seen: number[] = [];
    const { unsubscribe } = await reader.subscribe(async (events) => void seen.push(...numbersOf(events)));
    await other.append([{ eventType: 'Taken', payload: {} }]);
    for (let round = 1; round <= 5; round++) {
      await writer.append([{ eventType: 'Taken', payload: { round } }]);
      await eventually(() => expect(seen).toHaveLength(round));
    }
    expect(seen).toEqual([1, 2, 3, 4, 5]);
    await unsubscribe();
    const again: number[] = [];
    await reader.subscribe(async (events) => void again.push(...numbersOf(events)));
    await writer.append([{ eventType: 'Taken', payload: {} }]);
    await eventually(() => expect(again).toEqual([6]));
    expect(seen).toHaveLength(5);
  } finally {
    await Promise.all([reader, writer, other].map((store) => store.close()));
    await server.stop();
  }
});

describe('opening', () => {
  test('needs to know where', () => {
    const before = process.env.DATABASE_URL;
    delete process.env.DATABASE_URL;
    try {
      expect(() => new PostgresEventStore()).toThrow(InvalidArgumentError);
    } finally {
      if (before !== undefined) process.env.DATABASE_URL = before;
    }
  });

  test('tells when there is no answer', async () => {
    const store = new PostgresEventStore({ connectionString: 'postgres://127.0.0.1:1/none' });
    await expect(store.initializeDatabase()).rejects.toThrow(StoreUnavailableError);
    await store.close();
  });
});

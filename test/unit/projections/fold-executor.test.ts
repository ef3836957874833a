import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MemoryEventStore } from '../../../lib/event-store/memory/memory-event-store.js';
import { StoreUnavailableError } from '../../../lib/event-store/store-unavailable.error.js';
import type { RecordedEvent } from '../../../lib/events/recorded-event.js';
import type { StoredEvent } from '../../../lib/events/stored-event.js';
import type { FoldDefinition } from '../../../lib/projections/fold-definition.js';
import { FoldExecutor } from '../../../lib/projections/fold-executor.js';
import type { FoldHandler } from '../../../lib/projections/fold-handler.js';
import { MemoryProjectionStore } from '../../../lib/projections/stores/memory/memory-projection-store.js';
import type { ProjectionKey, ProjectionRow } from '../../../lib/projections/stores/projection-row.js';
import type { EventRangeJob } from '../../../lib/queue/job.js';
import { createTenantId } from '../../../lib/tenancy/create-tenant-id.js';
import { ItemAdded, ItemRemoved, Noted } from '../../support/contract-events.js';
import { createStorageContext } from '../../support/storage-context.js';

interface Basket {
  names: string[];
  quantity: number;
}

/** Order-sensitive, counts every event, deletes now and then, and changes its input. */
class Baskets implements FoldHandler<Basket> {
  failAt = 0;

  init(): Basket {
    return { names: [], quantity: 0 };
  }

  apply(state: Basket, event: RecordedEvent): Basket | null {
    if (event.data instanceof ItemRemoved) return null;
    state.quantity = state.quantity * 3 + (event.data as ItemAdded).quantity;
    if (event.sequence === this.failAt) throw new Error('no');
    state.names.push((event.data as ItemAdded).name);
    return state;
  }
}

/** Hands out rows as they once were, as a replica or a cache may. */
class StaleProjectionStore extends MemoryProjectionStore {
  readonly history: ProjectionRow[] = [];
  pick: () => number = () => 0;

  override async save(rows: readonly ProjectionRow[]): Promise<void> {
    this.history.push(...structuredClone(rows));
    await super.save(rows);
  }

  override async load(keys: readonly ProjectionKey[]): Promise<readonly (ProjectionRow | null)[]> {
    const index = this.pick() % (this.history.length + 1);
    return index === 0 ? keys.map(() => null) : keys.map(() => structuredClone(this.history[index - 1]!));
  }

  latest(keys: readonly ProjectionKey[]): Promise<readonly (ProjectionRow | null)[]> {
    return super.load(keys);
  }
}

/** Its reads break now and then, in the middle. */
class FailingEventStore extends MemoryEventStore {
  fails = false;

  override async *read(...args: Parameters<MemoryEventStore['read']>): AsyncIterable<RecordedEvent> {
    for await (const event of super.read(...args)) {
      if (this.fails && event.sequence % 2 === 0) throw new StoreUnavailableError('It is away');
      yield event;
    }
  }
}

const tenantId = createTenantId('acme');
const stream = { tenantId, aggregateType: 'basket', aggregateId: 'b1' };
const key: ProjectionKey = { tenantId, projection: 'baskets', version: 1, id: 'b1' };

function foldOf(handler: FoldHandler<unknown>, maxBatchEvents: number): FoldDefinition {
  return {
    kind: 'fold',
    component: 'baskets@1',
    name: 'baskets',
    version: 1,
    aggregateType: 'basket',
    projectionClass: Baskets,
    types: new Set(['contract.item_added', 'contract.item_removed']),
    methods: new Map(),
    options: { name: 'baskets', maxBatchEvents },
    handler: { name: 'Baskets', resolve: () => handler },
  };
}

async function setUp(events: readonly object[], maxBatchEvents = 500) {
  const context = await createStorageContext();
  const store = new FailingEventStore(context);
  const stored: StoredEvent[] = [];
  for (const data of events) stored.push(...(await store.append(stream, [{ data }])).stored);
  const projections = new StaleProjectionStore();
  const handler = new Baskets();
  const executor = new FoldExecutor(store, projections, context.serializer);
  const run = (jobs: readonly EventRangeJob[], redelivered = false) =>
    executor.execute(
      foldOf(handler, maxBatchEvents),
      {
        lane: { tenantId, kind: 'fold', component: 'baskets@1', aggregateType: 'basket', id: 'b1' },
        jobs,
        attempt: 1,
        redelivered,
        signal: new AbortController().signal,
      },
      () => true,
    );
  const job = (from: number, to: number, inline = true): EventRangeJob => ({
    kind: 'fold',
    aggregateId: 'b1',
    from,
    to,
    events: inline ? stored.slice(from - 1, to).filter(({ type }) => type !== 'contract.noted') : null,
  });
  /** The fold of the events 1 to n, by plain reduction. */
  const expected = (upTo: number): Basket | null => {
    const pure = new Baskets();
    let state: Basket | null = null;
    for (const [index, data] of events.slice(0, upTo).entries()) {
      if (data instanceof Noted) continue;
      state = pure.apply(state ?? pure.init(), { data, sequence: index + 1 } as RecordedEvent);
    }
    return state;
  };
  return { store, projections, handler, run, job, expected };
}

const anEvent = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 1, max: 9 }).map((quantity) => new ItemAdded(`i${quantity}`, quantity)) },
  { weight: 1, arbitrary: fc.constant(new ItemRemoved('all')) },
  { weight: 2, arbitrary: fc.constant(new Noted('not listed')) },
);

describe('FoldExecutor', () => {
  it('equals the sequential fold under any partition, order, duplication, staleness and failure', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(anEvent, { minLength: 1, maxLength: 25 }),
        fc.array(
          fc.record({
            ranges: fc.array(fc.tuple(fc.nat(24), fc.nat(24), fc.boolean()), { minLength: 1, maxLength: 4 }),
            pick: fc.nat(50),
            redelivered: fc.boolean(),
            readsFail: fc.boolean(),
            failAt: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.integer({ min: 1, max: 25 })),
          }),
          { maxLength: 12 },
        ),
        fc.constantFrom(1, 3, 500),
        async (events, batches, maxBatchEvents) => {
          const { store, projections, handler, run, job, expected } = await setUp(events, maxBatchEvents);
          for (const { ranges, pick, redelivered, failAt, readsFail } of batches) {
            projections.pick = () => pick;
            handler.failAt = failAt;
            store.fails = readsFail;
            const clamp = (n: number): number => (n % events.length) + 1;
            const jobs = ranges.map(([a, b, inline]) =>
              job(Math.min(clamp(a), clamp(b)), Math.max(clamp(a), clamp(b)), inline),
            );
            const { completed, covered, failure } = await run(jobs, redelivered);
            expect(failure === undefined).toBe(completed === jobs.length);
            // What is acknowledged is saved, by this run or by one before it, and so is what reactors are told of.
            const reached = Math.max(0, ...projections.history.map(({ sequence }) => sequence));
            for (const { to } of jobs.slice(0, completed)) expect(reached).toBeGreaterThanOrEqual(to);
            for (const { sequence } of covered) expect(reached).toBeGreaterThanOrEqual(sequence);
          }
          handler.failAt = 0;
          store.fails = false;
          await run([job(1, events.length, false)]);
          for (const row of projections.history) expect(row.state).toEqual(expected(row.sequence));
          const [row] = await projections.latest([key]);
          expect(row).toMatchObject({ sequence: events.length });
          expect(row!.state).toEqual(expected(events.length));
        },
      ),
      { numRuns: 300 },
    );
  });

  it('saves on a long way, so that one that is interrupted is not begun anew', async () => {
    const events = Array.from({ length: 10 }, (_, index) => new ItemAdded(`i${index}`));
    const { projections, handler, run, job, expected } = await setUp(events, 3);
    handler.failAt = 9;
    expect(await run([job(1, 10, false)])).toMatchObject({ completed: 0, failure: {} });
    expect(projections.history.map(({ sequence }) => sequence)).toEqual([3, 6, 8]);
    for (const row of projections.history) expect(row.state).toEqual(expected(row.sequence));
  });

  it('keeps what was covered without a listed event when the next job fails', async () => {
    const { projections, handler, run, job, expected } = await setUp(
      [new ItemAdded('a'), new Noted('b'), new ItemAdded('c')],
      1,
    );
    handler.failAt = 3;
    expect(await run([job(1, 2), job(3, 3)])).toMatchObject({ completed: 1, failure: {} });
    expect((await projections.latest([key]))[0]).toMatchObject({ sequence: 2, state: expected(2) });
  });

  it('drops what is covered, and does not tell reactors of it again', async () => {
    const { projections, run, job } = await setUp([new ItemAdded('a'), new ItemAdded('b'), new ItemAdded('c')]);
    projections.pick = () => projections.history.length;
    expect((await run([job(1, 2)])).covered.map(({ sequence }) => sequence)).toEqual([1, 2]);
    expect((await run([job(1, 2)])).covered).toEqual([]);
    expect((await run([job(2, 3)])).covered.map(({ sequence }) => sequence)).toEqual([3]);
  });

  it('tells reactors again of what a repeated delivery covers, rather than not at all', async () => {
    const { projections, run, job } = await setUp([new ItemAdded('a'), new ItemAdded('b')]);
    projections.pick = () => projections.history.length;
    await run([job(1, 2)]);
    expect((await run([job(1, 2)], true)).covered.map(({ sequence }) => sequence)).toEqual([1, 2]);
    expect((await run([job(1, 2, false)], true)).covered.map(({ sequence }) => sequence)).toEqual([1, 2]);
  });

  it('keeps what came before a failing event, within one job too, and says how many jobs are done', async () => {
    const events = ['a', 'b', 'c', 'd', 'e'].map((name) => new ItemAdded(name));
    const { projections, handler, run, job, expected } = await setUp(events);
    handler.failAt = 4;
    const { completed, covered, failure } = await run([job(1, 2), job(3, 5)]);
    expect(completed).toBe(1);
    expect(covered.map(({ sequence }) => sequence)).toEqual([1, 2]);
    expect(failure!.error).toMatchObject({ message: 'no' });
    expect((await projections.latest([key]))[0]).toMatchObject({ sequence: 3, state: expected(3) });
  });

  it.each([
    ['undefined', undefined, /returned undefined/],
    ['a promise', Promise.resolve({}), /returned a promise/],
    ['a value that is not JSON', { big: 1n }, /not JSON/],
  ])('refuses a fold that returns %s', async (_, result, message) => {
    const { run, job, handler, projections } = await setUp([new ItemAdded('a')]);
    handler.apply = () => result as unknown as Basket;
    const outcome = run([job(1, 1)]);
    const error: unknown = await outcome.then(
      ({ failure }) => failure?.error,
      (thrown: unknown) => thrown,
    );
    expect(error).toMatchObject({ code: 'INVALID_PROJECTION_RESULT', message: expect.stringMatching(message) });
    expect(projections.history).toEqual([]);
  });
});

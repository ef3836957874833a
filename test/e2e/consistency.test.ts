import { describe, expect, it } from 'vitest';
import {
  type AggregateCommandHandler,
  Apply,
  CommandHandler,
  Commands,
  CommandTimeoutError,
  Consistency,
  type ConsistencyToken,
  consistencyToken,
  createTenantId,
  EventStore,
  FoldProjection,
  GroupQueue,
  MapProjection,
  PermanentError,
  Projections,
  ProjectionTimeoutError,
  type RecordedEvent,
  type Storage,
  TenantContext,
} from '../../lib/index.js';
import { appWith, start, stream } from '../support/apps.js';
import {
  Add,
  Added,
  AddHandler,
  Additions,
  acme,
  counterApp,
  Reset,
  type Total,
  Totals,
} from '../support/counter-app.js';
import { eventually } from '../support/eventually.js';
import { type Gate, gate } from '../support/gate.js';
import { survivingMemory, tamperedMemory } from '../support/memories.js';
import { ActivityByCustomer, order, RevenueByCustomer, shopApp, Sold, visit, Visited } from '../support/shop-app.js';

/** Far longer than a test: whoever waits for its end fails. */
const LONG_MS = 60_000;
const SHORT_MS = 50;
const tenant = { tenantId: acme };
const long = { timeoutMs: LONG_MS };
const late = { status: 'timed-out', awaiting: 'projection' };
const note = { by: 'ann', reason: 'looked at it' };

/** A token that says something else than any receipt did. */
function forged(parts: readonly unknown[]): ConsistencyToken {
  return `1.${Buffer.from(JSON.stringify(parts)).toString('base64url')}` as ConsistencyToken;
}

/** Totals whose rows are saved when the gate opens. */
function slowRows(opened: Gate): ReturnType<typeof tamperedMemory> {
  return tamperedMemory(({ projections }) => {
    const save = projections.save.bind(projections);
    projections.save = async (rows) => {
      if (rows[0]!.projection === 'totals') await opened.opened;
      await save(rows);
    };
  });
}

@FoldProjection({ name: 'totals' })
class Unlucky {
  init(): Total {
    return { total: 0, events: 0 };
  }
  @Apply(Added)
  added({ total, events }: Total, { data: { amount } }: RecordedEvent<Added>): Total {
    if (amount === 13) throw new PermanentError('unlucky');
    return { total: total + amount, events: events + 1 };
  }
}

describe('a wait for a fold', () => {
  it('ends when its row has what the token names, and reads show it', async () => {
    const saves = gate();
    const app = await start(counterApp({ eventStore: slowRows(saves) }));
    const [consistency, log] = [app.get(Consistency), app.get(EventStore)];
    const token = consistencyToken(await log.append(stream('c1'), [{ data: Added.of(1) }, { data: Added.of(2) }]));
    expect(await consistency.applied(token, Totals, { timeoutMs: SHORT_MS })).toEqual(late);
    expect(await consistency.applied(token, Totals, { timeoutMs: 0 })).toEqual(late);
    const waiting = consistency.applied(token, Totals, long);
    saves.open();
    expect(await waiting).toEqual({ status: 'applied', sequence: 2 });
    expect(await app.get(Projections).get(Totals, 'c1', tenant)).toEqual({ total: 3, events: 2 });
    expect(await consistency.applied(token, 'totals', { timeoutMs: 0 })).toEqual({ status: 'applied', sequence: 2 });
  });

  it('always shows the write that was just made, a thousand times', async () => {
    const app = await start(counterApp());
    const [commands, consistency, projections] = [app.get(Commands), app.get(Consistency), app.get(Projections)];
    await Promise.all(
      Array.from({ length: 20 }, async (_, counter) => {
        for (let n = 1; n <= 50; n += 1) {
          const receipt = await commands.run(Add.of(`c${counter}`, 1));
          expect(await consistency.applied(consistencyToken(receipt), Totals, long)).toMatchObject({
            status: 'applied',
          });
          expect(await projections.get(Totals, `c${counter}`, tenant)).toEqual({ total: n, events: n });
        }
      }),
    );
  });

  it('looks at the stores when it begins and when it ends, and not in between', async () => {
    const saves = gate();
    let statements = 0;
    const eventStore = tamperedMemory((storage) => {
      const save = storage.projections.save.bind(storage.projections);
      storage.projections.save = async (rows) => {
        if (rows[0]!.projection === 'totals') await saves.opened;
        await save(rows);
      };
      countCalls(storage, () => (statements += 1));
    });
    const app = await start(appWith([Totals], { eventStore }));
    const token = consistencyToken(await app.get(EventStore).append(stream('c1'), [{ data: Added.of(1) }]));
    await eventually(async () => expect(await app.get(GroupQueue).depth()).toMatchObject({ running: 1, jobs: 1 }));
    const before = statements;
    let ended = false;
    const waiting = app
      .get(Consistency)
      .applied(token, Totals, long)
      .then((result) => {
        ended = true;
        return result;
      });
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(ended).toBe(false);
    // One load, while it waits for as long as it likes.
    expect(statements - before).toBe(1);
    saves.open();
    expect(await waiting).toMatchObject({ status: 'applied' });
    expect(statements - before).toBe(2);
  });

  it('ends at once where the projection lists nothing of what was written, or reads no such aggregates', async () => {
    @FoldProjection({ name: 'resets', events: [Reset] })
    class Resets {
      init(): { resets: number } {
        return { resets: 0 };
      }
      apply({ resets }: { resets: number }): { resets: number } {
        return { resets: resets + 1 };
      }
    }
    const app = await start(appWith([Totals, Resets]));
    const [consistency, log] = [app.get(Consistency), app.get(EventStore)];
    const applied = async (events: readonly object[]): Promise<unknown> => {
      const result = await log.append(
        stream('c1'),
        events.map((data) => ({ data })),
      );
      return consistency.applied(consistencyToken(result), Resets, long);
    };
    expect(await applied([Added.of(1)])).toEqual({ status: 'applied', sequence: 1 });
    expect(await applied([Added.of(1), new Reset()])).toEqual({ status: 'applied', sequence: 3 });
    expect(await app.get(Projections).get(Resets, 'c1', tenant)).toEqual({ resets: 1 });
    expect(await applied([new Reset(), Added.of(1)])).toEqual({ status: 'applied', sequence: 5 });
    expect(await app.get(Projections).get(Resets, 'c1', tenant)).toEqual({ resets: 2 });
    const elsewhere = consistencyToken({ stream: order('o1'), firstSequence: 1, lastSequence: 9 });
    expect(await consistency.applied(elsewhere, Resets, long)).toEqual({ status: 'applied', sequence: 9 });
  });

  it('waits behind what stands still, and ends when an operator skips the event', async () => {
    const app = await start(appWith([Unlucky]));
    const [consistency, log, queue] = [app.get(Consistency), app.get(EventStore), app.get(GroupQueue)];
    const parked = consistencyToken(await log.append(stream('c1'), [{ data: Added.of(13) }]));
    await eventually(async () => expect(await queue.depth()).toMatchObject({ parkedLanes: 1 }));
    const behind = consistencyToken(await log.append(stream('c1'), [{ data: Added.of(1) }]));
    for (const token of [parked, behind, parked]) {
      expect(await consistency.applied(token, Unlucky, { timeoutMs: SHORT_MS })).toEqual(late);
    }
    expect(await queue.depth()).toMatchObject({ jobs: 2, parkedJobs: 2 });
    const waiting = [parked, behind].map((token) => consistency.applied(token, Unlucky, long));
    const [lane] = await queue.control.parkedLanes();
    await queue.control.skipJob(lane!.lane, note);
    expect(await Promise.all(waiting)).toMatchObject([{ status: 'applied' }, { status: 'applied' }]);
    expect(await app.get(Projections).get(Unlucky, 'c1', tenant)).toEqual({ total: 1, events: 1 });
  });

  it('waits while the projection is paused', async () => {
    const app = await start(counterApp());
    const [consistency, log, queue] = [app.get(Consistency), app.get(EventStore), app.get(GroupQueue)];
    const component = { kind: 'fold', component: 'totals@1' } as const;
    await queue.control.pause({ component }, note);
    const token = consistencyToken(await log.append(stream('c1'), [{ data: Added.of(1) }]));
    expect(await consistency.applied(token, Totals, { timeoutMs: SHORT_MS })).toEqual(late);
    const waiting = consistency.applied(token, Totals, long);
    await queue.control.resume({ component }, note);
    expect(await waiting).toEqual({ status: 'applied', sequence: 1 });
  });

  it('heals what nobody staged', async () => {
    const eventStore = survivingMemory();
    const app = await start(counterApp({ eventStore }));
    // As by a process that died right after it.
    const result = await eventStore.storage.events.append(stream('c1'), [
      { data: Added.of(1) },
      { data: Added.of(2) },
      { data: new Reset() },
      { data: Added.of(5) },
    ]);
    const consistency = app.get(Consistency);
    const half = consistencyToken({ ...result, lastSequence: 2 });
    expect(await consistency.applied(half, Totals, long)).toEqual({ status: 'applied', sequence: 2 });
    expect(await app.get(Projections).getItem(Totals, 'c1', tenant)).toMatchObject({
      sequence: 2,
      state: { total: 3 },
    });
    expect(await consistency.applied(consistencyToken(result), Totals, long)).toEqual({
      status: 'applied',
      sequence: 4,
    });
    expect(await app.get(Projections).get(Totals, 'c1', tenant)).toEqual({ total: 5, events: 1 });
  });

  it('lets no token make a fold count what the log does not have', async () => {
    const app = await start(counterApp());
    const [consistency, log] = [app.get(Consistency), app.get(EventStore)];
    await log.append(stream('c1'), [{ data: Added.of(1) }]);
    const lies = [
      forged(['s', acme, 'counter', 'c1', 1, 90_000]),
      forged(['s', acme, 'counter', 'c1', 500, 600]),
      forged(['s', acme, 'counter', 'nobody', 1, 5]),
    ];
    for (const lie of lies) await consistency.applied(lie, Totals, { timeoutMs: SHORT_MS });
    await log.append(stream('c1'), [{ data: Added.of(2) }]);
    await log.append(stream('nobody'), [{ data: Added.of(3) }]);
    await eventually(async () => {
      const projections = app.get(Projections);
      expect(await projections.getItem(Totals, 'c1', tenant)).toMatchObject({ sequence: 2, state: { total: 3 } });
      expect(await projections.getItem(Totals, 'nobody', tenant)).toMatchObject({ sequence: 1, state: { total: 3 } });
    });
  });

  it('is borne by a process a thousand times at once, and refused beyond ten thousand', async () => {
    const saves = gate();
    const app = await start(counterApp({ eventStore: slowRows(saves) }));
    const [consistency, log] = [app.get(Consistency), app.get(EventStore)];
    const results = await Promise.all(
      Array.from({ length: 100 }, (_, n) => log.append(stream(`c${n}`), [{ data: Added.of(n) }])),
    );
    const tokens = results.map(consistencyToken);
    const waiting = Array.from({ length: 10_000 }, (_, n) => consistency.applied(tokens[n % 100]!, Totals, long));
    await expect(consistency.applied(tokens[0]!, Totals, long)).rejects.toMatchObject({
      code: 'TOO_MANY_WAITS',
      kind: 'transient',
      limit: 10_000,
    });
    saves.open();
    expect(new Set((await Promise.all(waiting)).map(({ status }) => status))).toEqual(new Set(['applied']));
    expect(await consistency.applied(tokens[0]!, Totals, long)).toMatchObject({ status: 'applied' });
  });
});

describe('a wait for a map', () => {
  it('ends when every event that it lists has its row, also when it is mapped to nothing', async () => {
    const appends = gate();
    const eventStore = tamperedMemory(({ records }) => {
      const append = records.append.bind(records);
      records.append = async (rows) => {
        await appends.opened;
        await append(rows);
      };
    });
    const app = await start(counterApp({ eventStore }));
    const [consistency, log] = [app.get(Consistency), app.get(EventStore)];
    const result = await log.append(stream('c1'), [
      { data: Added.of(1) },
      { data: Added.of(-1) },
      { data: new Reset() },
    ]);
    const token = consistencyToken(result);
    expect(await consistency.applied(token, Additions, { timeoutMs: SHORT_MS })).toEqual(late);
    const waiting = consistency.applied(token, 'additions', long);
    appends.open();
    expect(await waiting).toEqual({ status: 'applied', sequence: 3 });
    expect(await app.get(Projections).records(Additions, 'c1', tenant)).toMatchObject([{ sequence: 1 }]);
    const reset = consistencyToken(await log.append(stream('c1'), [{ data: new Reset() }]));
    expect(await consistency.applied(reset, Additions, long)).toMatchObject({ status: 'applied' });
  });

  it('does not take an event for mapped that went to the dead letters, nor tries it again', async () => {
    let calls = 0;
    @MapProjection({ name: 'additions', events: [Added] })
    class Poisoned {
      map({ data: { amount } }: RecordedEvent<Added>): { amount: number } {
        calls += 1;
        if (amount === 13) throw new PermanentError('unlucky');
        return { amount };
      }
    }
    const app = await start(appWith([Poisoned]));
    const [consistency, log, queue] = [app.get(Consistency), app.get(EventStore), app.get(GroupQueue)];
    const token = consistencyToken(await log.append(stream('c1'), [{ data: Added.of(13) }, { data: Added.of(1) }]));
    await eventually(async () => expect(await queue.depth()).toMatchObject({ jobs: 0, deadLetters: 1 }));
    const before = calls;
    expect(await consistency.applied(token, Poisoned, { timeoutMs: SHORT_MS })).toEqual(late);
    expect([calls, (await queue.depth()).deadLetters]).toEqual([before, 1]);
  });
});

describe('a wait for a fold with keys', () => {
  it('ends when the rows of all keys have the events, over aggregates and pipelines', async () => {
    const app = await start(shopApp());
    const [consistency, log, projections] = [app.get(Consistency), app.get(EventStore), app.get(Projections)];
    for (let n = 1; n <= 20; n += 1) {
      const sold = consistencyToken(
        await log.append(order(`o${n}`), [{ data: Sold.to('ann', 1) }, { data: Sold.to('bob', 2) }]),
      );
      expect(await consistency.applied(sold, RevenueByCustomer, long)).toEqual({ status: 'applied', sequence: 2 });
      expect(await projections.getMany(RevenueByCustomer, ['ann', 'bob'], tenant)).toMatchObject([
        { amount: n },
        { amount: 2 * n },
      ]);
      const visited = consistencyToken(await log.append(visit('v1'), [{ data: Visited.by('ann', 'bob') }]));
      expect(await consistency.applied(visited, ActivityByCustomer, long)).toEqual({ status: 'applied', sequence: n });
      expect(await consistency.applied(sold, ActivityByCustomer, long)).toMatchObject({ status: 'applied' });
      expect(await projections.getMany(ActivityByCustomer, ['ann', 'bob'], tenant)).toEqual([
        { sold: n, visits: n },
        { sold: 2 * n, visits: n },
      ]);
    }
    const nobody = consistencyToken(await log.append(visit('v1'), [{ data: Visited.by() }]));
    expect(await consistency.applied(nobody, ActivityByCustomer, long)).toMatchObject({ status: 'applied' });
    expect(await consistency.applied(nobody, RevenueByCustomer, long)).toMatchObject({ status: 'applied' });
  });

  it.each([
    ['routing', { kind: 'route', component: 'revenue@1' }],
    ['folding', { kind: 'fold', component: 'revenue@1' }],
  ] as const)('waits while %s is paused', async (_, component) => {
    const app = await start(shopApp());
    const [consistency, log, queue] = [app.get(Consistency), app.get(EventStore), app.get(GroupQueue)];
    await queue.control.pause({ component }, note);
    const token = consistencyToken(await log.append(order('o1'), [{ data: Sold.to('ann', 1) }]));
    expect(await consistency.applied(token, RevenueByCustomer, { timeoutMs: SHORT_MS })).toEqual(late);
    const waiting = consistency.applied(token, RevenueByCustomer, long);
    await queue.control.resume({ component }, note);
    expect(await waiting).toEqual({ status: 'applied', sequence: 1 });
    expect(await app.get(Projections).get(RevenueByCustomer, 'ann', tenant)).toMatchObject({ amount: 1 });
  });

  it('heals what nobody staged', async () => {
    const eventStore = survivingMemory();
    const app = await start(shopApp({ eventStore }));
    const result = await eventStore.storage.events.append(order('o1'), [{ data: Sold.to('ann', 3) }]);
    const token = consistencyToken(result);
    expect(await app.get(Consistency).applied(token, RevenueByCustomer, long)).toMatchObject({ status: 'applied' });
    expect(await app.get(Projections).get(RevenueByCustomer, 'ann', tenant)).toMatchObject({ amount: 3 });
  });
});

describe('a wait for a command', () => {
  it('ends at once when the command stored nothing', async () => {
    const app = await start(counterApp());
    const receipt = await app.get(Commands).run(Add.of('c1', 0));
    const token = consistencyToken(receipt);
    expect(await app.get(Consistency).applied(token, Totals, { timeoutMs: 0 })).toEqual({ status: 'eventless' });
  });

  it.each<[string, number, object]>([
    ['stored', 5, { status: 'applied', sequence: 1 }],
    ['eventless', 0, { status: 'eventless' }],
    ['rejected', 5_000, { status: 'rejected', reason: 'TOO_MUCH', details: { limit: 1_000 } }],
    ['failed', -1, { status: 'failed', code: 'UNKNOWN', message: 'broken' }],
  ])('that is queued ends when it is %s', async (_, amount, expected) => {
    const handle = gate();
    @CommandHandler(Add, { type: 'counter.add', aggregateId: ({ counterId }) => counterId, maxAttempts: 1 })
    class Slow implements AggregateCommandHandler<Add> {
      async handle(command: Add): Promise<readonly object[]> {
        await handle.opened;
        if (command.amount < 0) throw new Error('broken');
        return new AddHandler().handle(command);
      }
    }
    const app = await start(appWith([Slow, Totals]));
    const error = await app
      .get(Commands)
      .run(Add.of('c1', amount), { timeoutMs: 20 })
      .catch((thrown: unknown) => thrown);
    const token = consistencyToken((error as CommandTimeoutError).receipt);
    const consistency = app.get(Consistency);
    const unknown = { status: 'timed-out', awaiting: 'outcome' };
    expect(await consistency.applied(token, Totals, { timeoutMs: SHORT_MS })).toEqual(unknown);
    expect(await consistency.applied(token, Totals, { timeoutMs: 0 })).toEqual(unknown);
    const waiting = consistency.applied(token, Totals, long);
    handle.open();
    expect(await waiting).toMatchObject(expected);
    expect(await consistency.applied(token, Totals, { timeoutMs: 0 })).toMatchObject(expected);
  });
});

describe('a token', () => {
  it('of another tenant is refused as one that is none', async () => {
    const app = await start(counterApp());
    const consistency = app.get(Consistency);
    const other = createTenantId('other');
    const token = consistencyToken(await app.get(Commands).run(Add.of('c1', 1)));
    const eventless = consistencyToken(await app.get(Commands).run(Add.of('c1', 0)));
    const malformed = await consistency.applied('nonsense' as never, Totals).catch((error: unknown) => error);
    expect(malformed).toMatchObject({ code: 'INVALID_CONSISTENCY_TOKEN' });
    for (const one of [token, eventless]) {
      const refused = consistency.applied(one, Totals, { tenantId: other });
      await expect(refused).rejects.toEqual(malformed);
      const inContext = TenantContext.run({ tenantId: other }, () => consistency.applied(one, Totals));
      await expect(inContext).rejects.toEqual(malformed);
    }
    expect(await TenantContext.run(tenant, () => consistency.applied(token, Totals, long))).toMatchObject({
      sequence: 1,
    });
  });

  it.each<[string, object]>([
    ['UNKNOWN_PROJECTION', { projection: 'nobody' }],
    ['UNKNOWN_PROJECTION', { projection: class Nobody {} }],
    ['INVALID_ARGUMENT', { timeoutMs: -1 }],
    ['INVALID_ARGUMENT', { timeoutMs: Number.NaN }],
  ])('is not waited for with what is wrong: %s of %j', async (code, wrong) => {
    const app = await start(counterApp());
    const { projection = Totals, ...options } = wrong as { projection?: never };
    const token = consistencyToken(await app.get(Commands).run(Add.of('c1', 1)));
    await expect(app.get(Consistency).applied(token, projection, options)).rejects.toMatchObject({ code });
  });
});

describe('commands that wait for a projection', () => {
  it('are answered when reads show what they stored', async () => {
    const app = await start(counterApp());
    const commands = app.get(Commands);
    for (let n = 1; n <= 20; n += 1) {
      const receipt = await commands.run(Add.of('c1', 1), { waitFor: Totals });
      expect(receipt).toMatchObject({ status: 'stored', ...stream('c1'), lastSequence: n });
      expect(await app.get(Projections).get(Totals, 'c1', tenant)).toEqual({ total: n, events: n });
    }
    await commands.run(Add.of('c1', 1), { waitFor: Additions });
    expect(await app.get(Projections).records(Additions, 'c1', tenant)).toHaveLength(21);
    expect(await commands.run(Add.of('c1', 0), { waitFor: Totals })).toMatchObject({ lastSequence: null });
    await expect(commands.run(Add.of('c1', 5_000), { waitFor: Totals })).rejects.toMatchObject({ reason: 'TOO_MUCH' });
  });

  it('fail with their receipt when the projection is late, and can wait on with it', async () => {
    const saves = gate();
    const app = await start(counterApp({ eventStore: slowRows(saves) }));
    const options = { waitFor: Totals, timeoutMs: SHORT_MS };
    const error = await app
      .get(Commands)
      .run(Add.of('c1', 1), options)
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ProjectionTimeoutError);
    expect(error).toMatchObject({ code: 'PROJECTION_TIMEOUT', projection: 'Totals', receipt: { lastSequence: 1 } });
    saves.open();
    const token = consistencyToken((error as ProjectionTimeoutError).receipt);
    expect(await app.get(Consistency).applied(token, Totals, long)).toMatchObject({ status: 'applied' });
  });

  it('are not sent for a projection that nobody provides', async () => {
    const app = await start(counterApp());
    class Nobody extends Totals {}
    const sent = app.get(Commands).run(Add.of('c1', 1), { waitFor: Nobody });
    await expect(sent).rejects.toMatchObject({ code: 'UNKNOWN_PROJECTION' });
    await expect(app.get(Commands).run(Add.of('c1', 1), { waitFor: 'totals' as never })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
    });
    expect(await app.get(EventStore).exists(stream('c1'))).toBe(false);
  });
});

/** Calls back at each statement of the stores. */
function countCalls({ events, projections, records }: Storage, onCall: () => void): void {
  for (const store of [events, projections, records] as unknown as readonly Record<string, unknown>[]) {
    for (const name of ['read', 'readAll', 'head', 'heads', 'appended', 'scan', 'load', 'list', 'count', 'counts']) {
      const method = store[name];
      if (typeof method !== 'function') continue;
      store[name] = (...args: readonly unknown[]): unknown => {
        onCall();
        return (method as (...given: readonly unknown[]) => unknown).apply(store, [...args]);
      };
    }
  }
}

import { setTimeout as delay } from 'node:timers/promises';
import { CommandBus } from '@nestjs/cqrs';
import { describe, expect, it } from 'vitest';
import {
  CommandFailedError,
  CommandHandler,
  CommandRejectedError,
  createTenantId,
  EventStore,
  GroupQueue,
  InvalidCommandError,
  InvalidTenantError,
  PermanentError,
  TenantContext,
} from '../../lib/index.js';
import { appWith, start, stream } from '../support/apps.js';
import { collect } from '../support/collect.js';
import { Add, Added, AddHandler, counterApp } from '../support/counter-app.js';
import { eventually } from '../support/eventually.js';
import { tamperedMemory } from '../support/memories.js';

describe('outcomes of commands', () => {
  it('throws the rejection of a business rule, and stores nothing', async () => {
    const app = await start(counterApp());
    const rejected = app.get(CommandBus).execute(Add.of('c1', 5_000));
    await expect(rejected).rejects.toBeInstanceOf(CommandRejectedError);
    await expect(rejected).rejects.toMatchObject({
      message: 'Too much',
      reason: 'TOO_MUCH',
      details: { limit: 1_000 },
    });
    expect(await app.get(EventStore).head(stream('c1'))).toBe(0);
    expect(app.get(AddHandler).calls).toBe(1);
  });

  it('tells commands of different types apart, though their ids are the same', async () => {
    class Double extends Add {}
    const decide =
      (times: number) =>
      ({ amount }: Add) => [Added.of(amount * times)];
    const commandId = () => 'operation-1';
    @CommandHandler(Add, { type: 'counter.add', aggregateId: ({ counterId }) => counterId, commandId })
    class Adding {
      handle = decide(1);
    }
    @CommandHandler(Double, { type: 'counter.double', aggregateId: ({ counterId }) => counterId, commandId })
    class Doubling {
      handle = decide(2);
    }
    const app = await start(appWith([Adding, Doubling]));
    const add = (command: Add) => app.get(CommandBus).execute(Object.assign(command, { counterId: 'c1', amount: 3 }));
    expect(await add(new Add())).toMatchObject({ status: 'stored', lastSequence: 1 });
    expect(await add(new Double())).toMatchObject({ status: 'stored', lastSequence: 2 });
    expect(await add(new Double())).toMatchObject({ status: 'stored', lastSequence: 2 });
    const events = await collect(app.get(EventStore).read(stream('c1')));
    expect(events.map(({ data }) => (data as Added).amount)).toEqual([3, 6]);
    expect(new Set(events.map(({ id }) => id)).size).toBe(2);
  });

  it('answers a command that changes nothing', async () => {
    const app = await start(counterApp());
    expect(await app.get(CommandBus).execute(Add.of('c1', 0))).toMatchObject({
      status: 'stored',
      eventCount: 0,
      lastSequence: null,
    });
  });

  it('refuses an invalid command, a missing tenant and bad ids before anything is staged', async () => {
    const app = await start(counterApp());
    const bus = app.get(CommandBus);
    const invalid = bus.execute(Object.assign(Add.of('c1', 1), { amount: 'much' }));
    await expect(invalid).rejects.toBeInstanceOf(InvalidCommandError);
    await expect(invalid).rejects.toThrow(/amount/);
    await expect(bus.execute(Object.assign(Add.of('c1', 1), { tenantId: '' }))).rejects.toBeInstanceOf(
      InvalidTenantError,
    );
    await expect(bus.execute(Object.assign(Add.of('c1', 1), { tenantId: undefined }))).rejects.toBeInstanceOf(
      InvalidTenantError,
    );
    await expect(bus.execute(Add.of('', 1))).rejects.toThrow(/aggregateId must not be empty/);
    await expect(bus.execute(Add.of('c1', 1, 'a\u0000b'))).rejects.toThrow(/commandId must not contain control/);
    const cyclic = Object.assign(Add.of('c1', 1), { self: {} as object });
    cyclic.self = cyclic;
    await expect(bus.execute(cyclic)).rejects.toThrow(/cannot be written as JSON/);
    expect(app.get(AddHandler).calls).toBe(0);
  });

  it('refuses a command over the bound in bytes', async () => {
    const app = await start(counterApp({ maxCommandBytes: 200 }));
    await expect(app.get(CommandBus).execute(Add.of('c'.repeat(300), 1))).rejects.toThrow(/the limit is 200/);
  });

  it('takes the tenant of the work at hand when the command has none', async () => {
    const app = await start(counterApp());
    const globex = createTenantId('globex');
    const command = Object.assign(Add.of('c1', 1), { tenantId: undefined });
    await TenantContext.run({ tenantId: globex, correlationId: 'req-1', userId: 'u1' }, () =>
      app.get(CommandBus).execute(command),
    );
    const [event] = await collect(app.get(EventStore).read(stream('c1', globex)));
    expect(event).toMatchObject({ tenantId: 'globex', metadata: { correlationId: 'req-1', userId: 'u1' } });
    expect(event!.data).toBeInstanceOf(Added);
  });

  it('retries what may pass, and fails what does not, with the last error', async () => {
    let calls = 0;
    @CommandHandler(Add, { type: 'counter.add', aggregateId: ({ counterId }) => counterId, maxAttempts: 2 })
    class Flaky {
      handle({ amount }: Add): object[] {
        calls += 1;
        if (amount === 1 && calls === 1) throw new Error('hiccup');
        if (amount === 2) throw new PermanentError('never');
        if (amount === 3) throw new Error('still down');
        return [Added.of(amount)];
      }
    }
    const app = await start(appWith([Flaky]));
    const bus = app.get(CommandBus);
    await expect(bus.execute(Add.of('c1', 1))).resolves.toMatchObject({ status: 'stored' });
    expect(calls).toBe(2);
    const permanent = bus.execute(Add.of('c1', 2));
    await expect(permanent).rejects.toBeInstanceOf(CommandFailedError);
    await expect(permanent).rejects.toMatchObject({ failureCode: 'PERMANENT', kind: 'permanent' });
    expect(calls).toBe(3);
    await expect(bus.execute(Add.of('c1', 3))).rejects.toMatchObject({
      failureCode: 'UNKNOWN',
      kind: 'transient',
      message: expect.stringMatching(/still down/),
    });
    expect(calls).toBe(5);
  });

  it('fails a handler that returns no list of events, at once', async () => {
    let calls = 0;
    @CommandHandler(Add, { type: 'counter.add', aggregateId: ({ counterId }) => counterId })
    class Silent {
      handle({ amount }: Add): object[] {
        calls += 1;
        return (amount === 1 ? undefined : []) as object[];
      }
    }
    const app = await start(appWith([Silent]));
    await expect(app.get(CommandBus).execute(Add.of('c1', 1))).rejects.toMatchObject({
      failureCode: 'INVALID_DECISION',
      kind: 'permanent',
      message: expect.stringMatching(/Silent\.handle\(\) returned undefined\. Return a list of events/),
    });
    expect(calls).toBe(1);
    await expect(app.get(CommandBus).execute(Add.of('c1', 2))).resolves.toMatchObject({ status: 'stored' });
  });
});

describe('commands of one aggregate', () => {
  it('wait behind one that failed for good where its handler says so, and a rejection stays an outcome', async () => {
    let isBroken = true;
    const handled: number[] = [];
    @CommandHandler(Add, {
      type: 'counter.add',
      aggregateId: ({ counterId }) => counterId,
      maxAttempts: 2,
      whenExhausted: 'park',
    })
    class Careful {
      handle({ amount }: Add): object[] {
        handled.push(amount);
        if (amount === 1) throw new CommandRejectedError('Too little', { reason: 'TOO_LITTLE' });
        if (amount === 2 && isBroken) throw new Error('down');
        return [Added.of(amount)];
      }
    }
    const app = await start(appWith([Careful]));
    const bus = app.get(CommandBus);
    const { control } = app.get(GroupQueue);
    await expect(bus.execute(Add.of('c1', 1))).rejects.toBeInstanceOf(CommandRejectedError);
    const [waiting, behind] = [bus.execute(Add.of('c1', 2)), bus.execute(Add.of('c1', 3))];
    await expect(bus.execute(Add.of('c2', 4))).resolves.toMatchObject({ status: 'stored' });
    const [parked] = await eventually(async () => {
      const lanes = await control.parkedLanes();
      expect(lanes).toMatchObject([{ lane: { kind: 'command', id: 'c1' }, jobs: 2 }]);
      return lanes;
    });
    expect(parked!.failures.at(-1)!.error).toMatch(/^CommandParkedError: The command counter\.add, id .* down/);
    expect(handled.toSorted()).toEqual([1, 2, 2, 4]);
    isBroken = false;
    expect(await control.retryLane(parked!.lane, { by: 'ann', reason: 'mended' })).toBe(true);
    await expect(waiting).resolves.toMatchObject({ status: 'stored', lastSequence: 1 });
    await expect(behind).resolves.toMatchObject({ status: 'stored', lastSequence: 2 });
  });

  it('stores the waiting commands of a stateless handler together, in their order, and stops at one that must be repeated', async () => {
    let inFlight = 0;
    let most = 0;
    let failures = 1;
    @CommandHandler(Add, { type: 'counter.add', aggregateId: ({ counterId }) => counterId, stateless: true })
    class Stateless {
      handle({ amount }: Add): object[] {
        if (amount === 7 && failures-- > 0) throw new Error('hiccup');
        return [Added.of(amount)];
      }
    }
    const eventStore = tamperedMemory(({ events }) => {
      const append = events.append.bind(events);
      events.append = async (...args) => {
        most = Math.max(most, (inFlight += 1));
        const result = await append(...args);
        await delay(5);
        inFlight -= 1;
        return result;
      };
    });
    const app = await start(appWith([Stateless], { eventStore }));
    await Promise.all(Array.from({ length: 20 }, (_, amount) => app.get(CommandBus).execute(Add.of('c1', amount))));
    const events = await collect(app.get(EventStore).read(stream('c1')));
    expect(events.map(({ data }) => (data as Added).amount)).toEqual(Array.from({ length: 20 }, (_, amount) => amount));
    expect(most).toBeGreaterThan(5);
  });

  it('decides commands of one aggregate in their order, each after the events of those before it', async () => {
    const heads: number[] = [];
    @CommandHandler(Add, { type: 'counter.add', aggregateId: ({ counterId }) => counterId })
    class Reading {
      constructor(private readonly store: EventStore) {}
      async handle({ amount, counterId }: Add): Promise<object[]> {
        heads.push(await this.store.head(stream(counterId)));
        return [Added.of(amount)];
      }
    }
    const eventStore = tamperedMemory(({ events }) => {
      const append = events.append.bind(events);
      events.append = async (...args) => {
        await delay(5);
        return await append(...args);
      };
    });
    const app = await start(appWith([Reading], { eventStore }));
    await Promise.all(Array.from({ length: 20 }, (_, amount) => app.get(CommandBus).execute(Add.of('c1', amount))));
    expect(heads).toEqual(Array.from({ length: 20 }, (_, index) => index));
    const events = await collect(app.get(EventStore).read(stream('c1')));
    expect(events.map(({ data }) => (data as Added).amount)).toEqual(Array.from({ length: 20 }, (_, amount) => amount));
  });
});

import { setTimeout as delay } from 'node:timers/promises';
import { type INestApplicationContext, Inject, Injectable, Logger, Module, Scope, type Type } from '@nestjs/common';
import { REQUEST } from '@nestjs/core';
import { CommandBus, CqrsModule, EventsHandler } from '@nestjs/cqrs';
import { Test } from '@nestjs/testing';
import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  type AmbientContext,
  Apply,
  ClosedError,
  CommandFailedError,
  CommandHandler,
  CommandRejectedError,
  createTenantId,
  EventSourcingHealth,
  EventSourcingModule,
  type EventSourcingModuleOptions,
  type EventSourcingOptionsFactory,
  EventStore,
  FoldProjection,
  InvalidCommandError,
  InvalidTenantError,
  inProcessQueue,
  memory,
  PermanentError,
  Projections,
  QueueFullError,
  Reactor,
  type RecordedEvent,
  type Storage,
  type StorageAdapter,
  TenantContext,
} from '../../lib/index.js';
import {
  Add,
  Added,
  AddHandler,
  Additions,
  acme,
  counterApp,
  Notify,
  Reset,
  Seen,
  type Total,
  Totals,
} from '../support/counter-app.js';
import { collect } from '../support/collect.js';
import { eventually } from '../support/eventually.js';
import { silentLogger } from '../support/silent-logger.js';

const apps: INestApplicationContext[] = [];

async function start(root: Type): Promise<INestApplicationContext> {
  const module = await Test.createTestingModule({ imports: [root] })
    .setLogger(silentLogger)
    .compile();
  const app = await module.init();
  apps.push(app);
  return app;
}

/** An application whose counting pipeline has other providers. */
function appWith(providers: Type[], options: EventSourcingModuleOptions = {}): Type {
  @Module({
    imports: [
      EventSourcingModule.forFeature({ pipeline: 'counting', aggregateType: 'counter', events: [Added, Reset] }),
    ],
    providers,
  })
  class CountingModule {}
  @Module({ imports: [CqrsModule.forRoot(), EventSourcingModule.forRoot(options), CountingModule] })
  class AppModule {}
  return AppModule;
}

/** One memory that outlives the applications that use it, as a database does. */
function survivingMemory(): StorageAdapter {
  let storage: Storage | undefined;
  return {
    name: 'surviving memory',
    durable: true,
    open: async (context) => (storage = { ...(storage ?? (await memory().open(context))), close: async () => {} }),
  };
}

/** A memory whose appends take their time. */
function slowMemory(): StorageAdapter {
  return {
    ...memory(),
    open: async (context) => {
      const storage = await memory().open(context);
      const append = storage.events.append.bind(storage.events);
      storage.events.append = async (...args) => {
        await delay(5);
        return await append(...args);
      };
      return storage;
    },
  };
}

const stream = (aggregateId: string, tenantId = acme) => ({ tenantId, aggregateType: 'counter', aggregateId });

afterEach(async () => {
  for (const app of apps.splice(0)) await app.close();
});

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
    const eventStore: StorageAdapter = {
      ...memory(),
      open: async (context) => {
        const storage = await memory().open(context);
        const append = storage.events.append.bind(storage.events);
        storage.events.append = async (...args) => {
          most = Math.max(most, (inFlight += 1));
          const result = await append(...args);
          await delay(5);
          inFlight -= 1;
          return result;
        };
        return storage;
      },
    };
    const app = await start(appWith([Stateless], { eventStore }));
    await Promise.all(Array.from({ length: 20 }, (_, amount) => app.get(CommandBus).execute(Add.of('c1', amount))));
    const events = await collect(app.get(EventStore).read(stream('c1')));
    expect(events.map(({ data }) => (data as Added).amount)).toEqual(Array.from({ length: 20 }, (_, amount) => amount));
    expect(most).toBeGreaterThan(5);
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

  it('refuses further commands when too many wait', async () => {
    let release = (): void => {};
    const gate = new Promise<void>((resolve) => (release = resolve));
    @CommandHandler(Add, { type: 'counter.add', aggregateId: ({ counterId }) => counterId })
    class Slow {
      async handle({ amount }: Add): Promise<object[]> {
        await gate;
        return [Added.of(amount)];
      }
    }
    const app = await start(appWith([Slow], { queue: inProcessQueue({ maxWaitingCommands: 3 }) }));
    const bus = app.get(CommandBus);
    const accepted = [1, 2, 3].map((amount) => bus.execute(Add.of('c1', amount)));
    await expect(bus.execute(Add.of('c1', 4))).rejects.toBeInstanceOf(QueueFullError);
    release();
    expect(await Promise.all(accepted)).toHaveLength(3);
    await expect(bus.execute(Add.of('c1', 4))).resolves.toMatchObject({ lastSequence: 4 });
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
    const app = await start(appWith([Reading], { eventStore: slowMemory() }));
    await Promise.all(Array.from({ length: 20 }, (_, amount) => app.get(CommandBus).execute(Add.of('c1', amount))));
    expect(heads).toEqual(Array.from({ length: 20 }, (_, index) => index));
    const events = await collect(app.get(EventStore).read(stream('c1')));
    expect(events.map(({ data }) => (data as Added).amount)).toEqual(Array.from({ length: 20 }, (_, amount) => amount));
  });
});

describe('projections that fail', () => {
  it('parks the lane of a poisoned aggregate only, keeps what was folded before it, and catches up after a mended start', async () => {
    const eventStore = survivingMemory();
    @FoldProjection({ name: 'totals' })
    class Poisoned {
      init(): Total {
        return { total: 0, events: 0 };
      }
      @Apply(Added)
      added(state: Total, event: RecordedEvent<Added>): Total {
        state.total += event.data.amount;
        if (event.data.amount === 13) throw new PermanentError('unlucky');
        return { total: state.total, events: state.events + 1 };
      }
    }
    const first = await start(appWith([Poisoned], { eventStore }));
    const log = first.get(EventStore);
    await log.append(stream('bad'), [
      { data: Added.of(1) },
      { data: Added.of(2) },
      { data: Added.of(13) },
      { data: Added.of(4) },
    ]);
    await log.append(stream('good'), [{ data: Added.of(1) }]);
    await log.append(stream('good'), [{ data: Added.of(5) }]);
    await eventually(async () => {
      const read = (id: string) => first.get(Projections).getItem(Poisoned, id, { tenantId: acme });
      expect(await read('good')).toMatchObject({ state: { total: 6, events: 2 }, sequence: 2 });
      expect(await read('bad')).toMatchObject({ state: { total: 3, events: 2 }, sequence: 2 });
    });
    await first.close();
    const second = await start(counterApp({ eventStore }));
    await eventually(async () => {
      expect(await second.get(Projections).getItem(Totals, 'bad', { tenantId: acme })).toMatchObject({
        state: { total: 20, events: 4 },
        sequence: 4,
      });
    });
  });

  it('puts a failing reaction aside after its retries, and reacts to the next event', async () => {
    const reacted: number[] = [];
    @Reactor({ name: 'notify', fold: Totals, maxAttempts: 2 })
    class Failing {
      handle(event: RecordedEvent): void {
        reacted.push(event.sequence);
        if (event.sequence === 1) throw new Error('mail server is down');
      }
    }
    const app = await start(appWith([Totals, Failing]));
    await app.get(EventStore).append(stream('c1'), [{ data: Added.of(1) }, { data: Added.of(2) }]);
    await eventually(() => expect(reacted).toEqual([1, 1, 2]));
  });
});

describe('an event that was appended and never dispatched', () => {
  it('reaches folds and records at the next start', async () => {
    const eventStore = survivingMemory();
    const writer = await start(appWith([], { eventStore }));
    await writer
      .get(EventStore)
      .append(stream('c1'), [{ data: Added.of(1) }, { data: Added.of(-2) }, { data: Added.of(3) }]);
    await writer.close();
    const app = await start(counterApp({ eventStore }));
    const projections = app.get(Projections);
    await eventually(async () => {
      expect(await projections.get(Totals, 'c1', { tenantId: acme })).toEqual({ total: 2, events: 3 });
      expect(await projections.records(Additions, 'c1', { tenantId: acme })).toMatchObject([
        { sequence: 1 },
        { sequence: 3 },
      ]);
    });
    await app.close();
    const log = vi.spyOn(Logger.prototype, 'log');
    const module = await Test.createTestingModule({ imports: [counterApp({ eventStore })] }).compile();
    apps.push(await module.init());
    expect(log).toHaveBeenCalledWith(expect.objectContaining({ message: 'Consuming', behind: 0 }));
    log.mockRestore();
  });
});

describe('what Nest brings', () => {
  it('makes a request-scoped handler anew for each message, with the context of the work as its request', async () => {
    const tenants: (string | undefined)[] = [];
    let instances = 0;
    @Injectable({ scope: Scope.REQUEST })
    @CommandHandler(Add, { type: 'counter.add', aggregateId: ({ counterId }) => counterId })
    class Scoped {
      constructor(@Inject(REQUEST) private readonly context: AmbientContext) {
        instances += 1;
      }
      handle({ amount }: Add): object[] {
        tenants.push(this.context.tenantId);
        return [Added.of(amount)];
      }
    }
    const app = await start(appWith([Scoped]));
    await app.get(CommandBus).execute(Add.of('c1', 1));
    await app.get(CommandBus).execute(Add.of('c1', 2));
    expect(tenants).toEqual(['acme', 'acme']);
    expect(instances).toBe(2);
  });

  it("hands stored events to cqrs's EventBus, once", async () => {
    const seen: object[] = [];
    @EventsHandler(Added)
    class OnAdded {
      handle(event: Added): void {
        seen.push(event);
      }
    }
    const app = await start(appWith([AddHandler, OnAdded]));
    await app.get(CommandBus).execute(Add.of('c1', 1, 'once'));
    await app.get(CommandBus).execute(Add.of('c1', 1, 'once'));
    await app.get(EventStore).append(stream('c1'), [{ data: Added.of(2) }]);
    expect(seen).toEqual([Added.of(1), Added.of(2)]);
  });

  it('is configured by a factory, a class or an existing provider', async () => {
    @Injectable()
    class Options implements EventSourcingOptionsFactory {
      createEventSourcingOptions(): EventSourcingModuleOptions {
        return { eventStore: memory(), maxCommandBytes: 10 };
      }
    }
    @Module({ providers: [Options], exports: [Options] })
    class OptionsModule {}
    const roots = [
      EventSourcingModule.forRootAsync({ useFactory: async () => ({ eventStore: memory(), maxCommandBytes: 10 }) }),
      EventSourcingModule.forRootAsync({ useClass: Options }),
      EventSourcingModule.forRootAsync({ imports: [OptionsModule], useExisting: Options }),
    ];
    for (const root of roots) {
      @Module({
        imports: [EventSourcingModule.forFeature({ pipeline: 'counting', aggregateType: 'counter', events: [Added] })],
        providers: [AddHandler],
      })
      class CountingModule {}
      @Module({ imports: [CqrsModule.forRoot(), root, CountingModule] })
      class AppModule {}
      const app = await start(AppModule);
      await expect(app.get(CommandBus).execute(Add.of('c1', 1))).rejects.toThrow(/the limit is 10/);
    }
  });

  it('boots without options on memory, with a warning', async () => {
    const warn = vi.spyOn(Logger.prototype, 'warn');
    const module = await Test.createTestingModule({ imports: [counterApp()] }).compile();
    const app = await module.init();
    apps.push(app);
    expect(warn).toHaveBeenCalledWith(expect.stringMatching(/gone with this process: name an eventStore/));
    warn.mockRestore();
    await expect(app.get(EventSourcingHealth).check()).resolves.toBeUndefined();
    await expect(app.get(CommandBus).execute(Add.of('c1', 1))).resolves.toMatchObject({ status: 'stored' });
  });
});

describe('two loaded copies of the package', () => {
  it('are warned of, since their tokens are strange to each other', async () => {
    const copies = globalThis as { [key: symbol]: number };
    const key = Symbol.for('@event-sourcing/nestjs:copies');
    const warn = vi.spyOn(Logger.prototype, 'warn');
    copies[key]! += 1;
    try {
      const module = await Test.createTestingModule({ imports: [counterApp()] }).compile();
      apps.push(await module.init());
      expect(warn).toHaveBeenCalledWith(expect.stringMatching(/2 copies of @event-sourcing\/nestjs are loaded/));
    } finally {
      copies[key]! -= 1;
      warn.mockRestore();
    }
  });
});

describe('stopping', () => {
  it('finishes what was accepted, lets debounced reactions run, and takes nothing more', async () => {
    const reactions: number[] = [];
    @Reactor({ name: 'quiet', fold: Totals, debounce: { key: ({ aggregateId }) => aggregateId, delayMs: 60_000 } })
    class Quiet {
      handle(event: RecordedEvent): void {
        reactions.push(event.sequence);
      }
    }
    const app = await start(appWith([AddHandler, Totals, Quiet, Notify, Seen]));
    const bus = app.get(CommandBus);
    const accepted = [1, 2, 3].map((amount) => bus.execute(Add.of('c1', amount)));
    const closing = app.close();
    expect((await Promise.all(accepted)).map((receipt) => (receipt as { lastSequence: number }).lastSequence)).toEqual([
      1, 2, 3,
    ]);
    await expect(bus.execute(Add.of('c1', 4))).rejects.toBeInstanceOf(ClosedError);
    await closing;
    expect(app.get(Seen).reactions.map(({ sequence }) => sequence)).toEqual([1, 2, 3]);
    expect(reactions).toEqual([3]);
  });

  it('reacts once to a burst, with the last event, and not later than the longest wait', async () => {
    const reactions: number[] = [];
    @Reactor({
      name: 'quiet',
      fold: Totals,
      debounce: { key: ({ aggregateId }) => aggregateId, delayMs: 40, maxWaitMs: 10_000 },
    })
    class Quiet {
      handle(event: RecordedEvent): void {
        reactions.push(event.sequence);
      }
    }
    const app = await start(appWith([AddHandler, Totals, Quiet]));
    for (let amount = 1; amount <= 5; amount += 1) await app.get(CommandBus).execute(Add.of('c1', amount));
    await eventually(() => expect(reactions).toEqual([5]));
  });
});

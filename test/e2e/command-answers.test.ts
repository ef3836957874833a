import { setTimeout as delay } from 'node:timers/promises';
import { Logger, Module } from '@nestjs/common';
import { Command, CommandBus, CqrsModule } from '@nestjs/cqrs';
import { describe, expect, it, vi } from 'vitest';
import {
  AppendOutcomeUnknownError,
  Clock,
  CommandFailedError,
  CommandHandler,
  type CommandReceipt,
  CommandRejectedError,
  CommandTimeoutError,
  type CommandContext,
  DomainEvent,
  EventSourcingModule,
  EventSourcingHealth,
  EventStore,
  GroupQueue,
  HandlerTimeoutError,
  inProcessQueue,
  Projections,
  QueueFullError,
} from '../../lib/index.js';
import { appWith, start, stream } from '../support/apps.js';
import { Add, Added, AddHandler, acme, Totals } from '../support/counter-app.js';
import { eventually } from '../support/eventually.js';
import { gate } from '../support/gate.js';
import { ManualClock } from '../support/manual-clock.js';
import { tamperedMemory } from '../support/memories.js';
import { silentLogger } from '../support/silent-logger.js';

@DomainEvent('order.placed')
class Placed {}

class Place extends Command<CommandReceipt> {
  readonly tenantId = acme;
}

class Bill extends Command<CommandReceipt> {
  readonly tenantId = acme;
}

describe('who is answered', () => {
  it('gives each caller the outcome of its own command when two pipelines share aggregate id and command id', async () => {
    const placed = gate();
    const same = { aggregateId: () => '1', commandId: () => 'request-1' };
    @CommandHandler(Place, { type: 'order.place', ...same })
    class PlaceHandler {
      handle(): object[] {
        return [new Placed()];
      }
    }
    @CommandHandler(Bill, { type: 'bill.bill', ...same })
    class BillHandler {
      async handle(): Promise<object[]> {
        await placed.opened;
        throw new CommandRejectedError('No money');
      }
    }
    @Module({
      imports: [EventSourcingModule.forFeature({ pipeline: 'ordering', aggregateType: 'order', events: [Placed] })],
      providers: [PlaceHandler],
    })
    class Ordering {}
    @Module({
      imports: [EventSourcingModule.forFeature({ pipeline: 'billing', aggregateType: 'bill', events: [] })],
      providers: [BillHandler],
    })
    class Billing {}
    @Module({ imports: [CqrsModule.forRoot(), EventSourcingModule.forRoot(), Ordering, Billing] })
    class AppModule {}
    const bus = (await start(AppModule)).get(CommandBus);
    const billed = bus.execute(new Bill());
    const rejected = expect(billed).rejects.toBeInstanceOf(CommandRejectedError);
    await expect(bus.execute(new Place())).resolves.toMatchObject({ status: 'stored', eventCount: 1 });
    placed.open();
    await rejected;
  });

  it('answers the commands of a long batch as they are done, not all at its end', async () => {
    const COMMANDS = 50;
    let calls = 0;
    let answered = false;
    @CommandHandler(Add, { type: 'counter.add', aggregateId: ({ counterId }) => counterId })
    class Slow {
      async handle({ amount }: Add): Promise<object[]> {
        calls += 1;
        if (!answered) await delay(50);
        return [Added.of(amount)];
      }
    }
    const bus = (await start(appWith([Slow]))).get(CommandBus);
    // The first command has a batch to itself; the others wait for it, and share the next one.
    await Promise.all([
      bus.execute(Add.of('c1', 0)),
      ...Array.from({ length: COMMANDS }, async (_, index) => {
        await bus.execute(Add.of('c1', index));
        if (!answered) expect(calls).toBeLessThan(COMMANDS / 2 + 1);
        answered = true;
      }),
    ]);
    expect(calls).toBe(COMMANDS + 1);
  });

  it('ends the wait for a handler that takes too long, whose events are stored all the same', async () => {
    const busy = gate();
    @CommandHandler(Add, { type: 'counter.add', aggregateId: ({ counterId }) => counterId, commandId: () => 'once' })
    class Slow {
      async handle({ amount }: Add): Promise<object[]> {
        await busy.opened;
        return [Added.of(amount)];
      }
    }
    const app = await start(appWith([Slow], { commandTimeoutMs: 30 }));
    await expect(app.get(CommandBus).execute(Add.of('c1', 1))).rejects.toBeInstanceOf(CommandTimeoutError);
    busy.open();
    await eventually(async () => expect(await app.get(EventStore).head(stream('c1'))).toBe(1));
    await expect(app.get(CommandBus).execute(Add.of('c1', 1))).resolves.toMatchObject({ lastSequence: 1 });
  });

  it('fails a command whose handler never settles, aborts its signal, and handles the next one', async () => {
    const signals: AbortSignal[] = [];
    @CommandHandler(Add, {
      type: 'counter.add',
      aggregateId: ({ counterId }) => counterId,
      maxAttempts: 2,
      timeoutMs: 20,
    })
    class Hanging {
      handle({ amount }: Add, { signal }: CommandContext): Promise<object[]> | object[] {
        if (amount > 1) return [Added.of(amount)];
        signals.push(signal);
        return new Promise(() => {});
      }
    }
    const bus = (await start(appWith([Hanging]))).get(CommandBus);
    const hanging = bus.execute(Add.of('c1', 1));
    const next = bus.execute(Add.of('c1', 2));
    await expect(hanging).rejects.toBeInstanceOf(CommandFailedError);
    await expect(hanging).rejects.toMatchObject({ failureCode: 'HANDLER_TIMEOUT', kind: 'transient' });
    expect(signals.map(({ aborted, reason }) => [aborted, reason])).toEqual([
      [true, expect.any(HandlerTimeoutError)],
      [true, expect.any(HandlerTimeoutError)],
    ]);
    await expect(next).resolves.toMatchObject({ status: 'stored', lastSequence: 1 });
  });

  it('answers a command whose append broke off after it was stored, without handling it again or burning an attempt', async () => {
    let breaks = 1;
    const eventStore = tamperedMemory(({ events }) => {
      const append = events.append.bind(events);
      events.append = async (of, ...rest) => {
        const result = await append(of, ...rest);
        if (breaks-- > 0) throw new AppendOutcomeUnknownError(of);
        return result;
      };
    });
    let calls = 0;
    @CommandHandler(Add, { type: 'counter.add', aggregateId: ({ counterId }) => counterId, maxAttempts: 1 })
    class Once {
      handle({ amount }: Add): object[] {
        calls += 1;
        return [Added.of(amount)];
      }
    }
    const app = await start(appWith([Once, Totals], { eventStore }));
    await expect(app.get(CommandBus).execute(Add.of('c1', 5))).resolves.toMatchObject({ lastSequence: 1 });
    expect(calls).toBe(1);
    await eventually(async () => {
      expect(await app.get(Projections).get(Totals, 'c1', { tenantId: acme })).toEqual({ total: 5, events: 1 });
    });
  });

  it('holds an aggregate back behind a command that no pipeline handles, says so, and handles the others', async () => {
    const warn = vi.spyOn(Logger.prototype, 'warn');
    const app = await start(
      appWith([AddHandler], { commandTimeoutMs: 300, queue: inProcessQueue({ drainTimeoutMs: 100 }) }),
    );
    const bus = app.get(CommandBus);
    const lane = {
      tenantId: acme,
      kind: 'command',
      component: 'counting',
      aggregateType: 'counter',
      id: 'c1',
    } as const;
    const job = {
      kind: 'command',
      commandId: 'gone',
      receiptId: 'gone',
      awaited: false,
      type: 'counter.gone',
      data: {},
      metadata: {},
      acceptedAt: 0,
    } as const;
    await app.get(GroupQueue).stage([{ lane, job }]);
    const behind = expect(bus.execute(Add.of('c1', 1))).rejects.toBeInstanceOf(CommandTimeoutError);
    await expect(bus.execute(Add.of('c2', 2))).resolves.toMatchObject({ lastSequence: 1 });
    await behind;
    expect(await app.get(GroupQueue).depth()).toMatchObject({ jobs: 2, parkedJobs: 0, deadLetters: 0 });
    expect(warn).toHaveBeenCalledWith({
      message: 'A command holds its aggregate back',
      tenantId: acme,
      pipeline: 'counting',
      aggregateId: 'c1',
      error: expect.stringMatching(/handles the command counter\.gone\. Start a process/),
    });
    const { unknownCommands, unknownJobs } = await app.get(EventSourcingHealth).report();
    expect(unknownCommands['counter.gone']).toBeGreaterThan(0);
    expect(unknownJobs).toEqual({});
    // An operator has the last word.
    const note = { by: 'ann', reason: 'removed in May' };
    await eventually(async () => expect(await app.get(GroupQueue).control.discardJob(lane, note)).toBe(true));
    await eventually(async () => expect(await app.get(GroupQueue).depth()).toMatchObject({ jobs: 0 }));
    expect(await app.get(EventStore).head(stream('c1'))).toBe(1);
    warn.mockRestore();
  });
});

describe('a full queue', () => {
  it('refuses further commands when too many wait', async () => {
    const busy = gate();
    @CommandHandler(Add, { type: 'counter.add', aggregateId: ({ counterId }) => counterId })
    class Slow {
      async handle({ amount }: Add): Promise<object[]> {
        await busy.opened;
        return [Added.of(amount)];
      }
    }
    const app = await start(appWith([Slow], { queue: inProcessQueue({ maxWaitingCommands: 3 }) }));
    const bus = app.get(CommandBus);
    const accepted = [1, 2, 3].map((amount) => bus.execute(Add.of('c1', amount)));
    await expect(bus.execute(Add.of('c1', 4))).rejects.toBeInstanceOf(QueueFullError);
    busy.open();
    expect(await Promise.all(accepted)).toHaveLength(3);
    await expect(bus.execute(Add.of('c1', 4))).resolves.toMatchObject({ lastSequence: 4 });
  });

  it('leaves no timer behind for a command that it refused', async () => {
    const WAIT_MS = 54_321;
    const busy = gate();
    @CommandHandler(Add, { type: 'counter.add', aggregateId: ({ counterId }) => counterId })
    class Slow {
      async handle(): Promise<object[]> {
        await busy.opened;
        return [];
      }
    }
    const clock = new ManualClock();
    const options = { queue: inProcessQueue({ maxWaitingCommands: 1 }), commandTimeoutMs: WAIT_MS };
    const app = await start(appWith([Slow], options), (builder) =>
      builder.setLogger(silentLogger).overrideProvider(Clock).useValue(clock),
    );
    const bus = app.get(CommandBus);
    const waits = (): number => clock.pending.filter((delayMs) => delayMs === WAIT_MS).length;
    const accepted = bus.execute(Add.of('c1', 1));
    for (let index = 0; index < 20; index += 1) {
      await expect(bus.execute(Add.of(`c${index}`, 1))).rejects.toBeInstanceOf(QueueFullError);
    }
    expect(waits()).toBe(1);
    busy.open();
    await accepted;
    expect(waits()).toBe(0);
  });
});

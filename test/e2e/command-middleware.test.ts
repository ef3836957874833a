import { randomUUID } from 'node:crypto';
import { type INestApplicationContext, Injectable, Module, type Provider, Scope, type Type } from '@nestjs/common';
import { CommandBus, CqrsModule } from '@nestjs/cqrs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  CommandFailedError,
  CommandHandler,
  type CommandMiddleware,
  type CommandMiddlewareClass,
  CommandRejectedError,
  type CommandResult,
  Commands,
  type DispatchedCommand,
  EventSourcingModule,
  type EventSourcingModuleOptions,
  EventStore,
  GroupQueue,
  type HandledCommand,
  inProcessQueue,
  InvalidCommandError,
  InvalidDecisionError,
  memory,
  MiddlewareMisuseError,
  type QueueAdapter,
  type QueuedReceipt,
  TenantContext,
  WiringError,
} from '../../lib/index.js';
import { redisQueue } from '../../lib/redis.js';
import { start, stream } from '../support/apps.js';
import { collect } from '../support/collect.js';
import { Add, Added, acme, AddHandler, Reset } from '../support/counter-app.js';
import { survivingMemory } from '../support/memories.js';
import { startTestRedis, type TestRedis } from '../support/redis-server.js';

let redis: TestRedis;
beforeAll(async () => void (redis = await startTestRedis()));
afterAll(() => redis.stop());

const queues: readonly (readonly [string, () => QueueAdapter])[] = [
  ['in process', () => inProcessQueue()],
  ['in Redis', () => redisQueue({ connection: { host: redis.host, port: redis.port }, name: randomUUID() })],
];

interface Wiring extends EventSourcingModuleOptions {
  /** Of the pipeline. */
  readonly inner?: readonly CommandMiddlewareClass[];
}

function app(providers: readonly Provider[], { inner, ...options }: Wiring): Type {
  const feature = { pipeline: 'counting', aggregateType: 'counter', events: [Added, Reset], commandMiddleware: inner };
  @Module({ imports: [EventSourcingModule.forFeature(feature)], providers: [...providers] })
  class CountingModule {}
  @Module({ imports: [CqrsModule.forRoot(), EventSourcingModule.forRoot(options), CountingModule] })
  class AppModule {}
  return AppModule;
}

@Injectable()
class Notes {
  readonly lines: string[] = [];
}

/** Middleware that notes what passes through it. */
function noting(name: string): Type<CommandMiddleware> {
  @Injectable()
  class Noting implements CommandMiddleware {
    constructor(private readonly notes: Notes) {}

    async aroundDispatch({ type }: DispatchedCommand, next: () => Promise<QueuedReceipt>): Promise<QueuedReceipt> {
      this.notes.lines.push(`${name} dispatches ${type}`);
      const receipt = await next();
      this.notes.lines.push(`${name} dispatched`);
      return receipt;
    }

    async aroundHandle({ type }: HandledCommand, next: () => Promise<CommandResult>): Promise<CommandResult> {
      this.notes.lines.push(`${name} handles ${type}`);
      const result = await next();
      this.notes.lines.push(`${name} handled ${(result as readonly object[]).length}`);
      return result;
    }
  }
  return Noting;
}

describe.each(queues)('middleware of commands, with a queue %s', (_, queueOf) => {
  const boot = (providers: readonly Provider[], wiring: Wiring): Promise<INestApplicationContext> =>
    start(app([AddHandler, Notes, ...providers], { queue: queueOf(), eventStore: survivingMemory(), ...wiring }));

  it('stands around in the order of the lists, that of the root outside of that of the pipeline', async () => {
    const [a, b, c, d] = ['a', 'b', 'c', 'd'].map(noting) as [Type, Type, Type, Type];
    const booted = await boot([a, b, c, d], { commandMiddleware: [a, b], inner: [c, d] });
    const { lines } = booted.get(Notes);
    await booted.get(Commands).run(Add.of('c1', 1));
    const names = ['a', 'b', 'c', 'd'];
    const dispatching = lines.filter((line) => line.includes('dispatch'));
    expect(dispatching).toEqual([
      ...names.map((name) => `${name} dispatches counter.add`),
      ...names.toReversed().map((name) => `${name} dispatched`),
    ]);
    expect(lines.filter((line) => line.includes('handle'))).toEqual([
      ...names.map((name) => `${name} handles counter.add`),
      ...names.toReversed().map((name) => `${name} handled 1`),
    ]);
    expect(lines.indexOf('d dispatches counter.add')).toBeLessThan(lines.indexOf('a handles counter.add'));
  });

  it('is told the command, its ids and its context, and narrows it', async () => {
    const told: unknown[] = [];
    @Injectable()
    class Telling implements CommandMiddleware {
      async aroundDispatch(of: DispatchedCommand, next: () => Promise<QueuedReceipt>): Promise<QueuedReceipt> {
        const { command, ...ids } = of;
        told.push([command instanceof Add && command.amount, ids]);
        return next();
      }

      async aroundHandle(of: HandledCommand, next: () => Promise<CommandResult>): Promise<CommandResult> {
        const { command, context, type, pipeline } = of;
        told.push([command instanceof Add && command.amount, type, pipeline, context.attempt, context.commandId]);
        told.push(TenantContext.current());
        return next();
      }
    }
    const booted = await boot([Telling], { commandMiddleware: [Telling] });
    await booted.get(Commands).run(Add.of('c1', 7, 'once'));
    const ids = { type: 'counter.add', pipeline: 'counting', commandId: 'once', delayMs: 0, ...stream('c1') };
    expect(told).toEqual([
      [7, ids],
      [7, 'counter.add', 'counting', 1, 'once'],
      expect.objectContaining({ tenantId: acme, correlationId: 'once', causationId: 'once' }),
    ]);
  });

  it('refuses a command before anything is queued, and the sender gets the error', async () => {
    @Injectable()
    class Guard implements CommandMiddleware {
      async aroundDispatch({ command }: DispatchedCommand, next: () => Promise<QueuedReceipt>): Promise<QueuedReceipt> {
        const user = TenantContext.current()?.userId;
        if (command instanceof Add && user !== 'ann') {
          throw new CommandRejectedError('Not yours', { reason: 'FORBIDDEN', details: { user: user ?? null } });
        }
        return next();
      }
    }
    const booted = await boot([Guard], { commandMiddleware: [Guard] });
    const bus = booted.get(CommandBus);
    const refused = bus.execute(Add.of('c1', 1));
    await expect(refused).rejects.toBeInstanceOf(CommandRejectedError);
    await expect(refused).rejects.toMatchObject({ reason: 'FORBIDDEN', details: { user: null } });
    expect(await booted.get(GroupQueue).depth()).toMatchObject({ jobs: 0 });
    expect(booted.get(AddHandler).calls).toBe(0);
    const asAnn = TenantContext.run({ tenantId: acme, userId: 'ann' }, () => booted.get(Commands).run(Add.of('c1', 1)));
    expect(await asAnn).toMatchObject({ status: 'stored' });
    // An invalid command does not come so far.
    await expect(bus.execute(Object.assign(Add.of('c1', 1), { amount: 'much' }))).rejects.toBeInstanceOf(
      InvalidCommandError,
    );
  });

  it('gives a command its context by running the rest within one', async () => {
    @Injectable()
    class Stamp implements CommandMiddleware {
      async aroundDispatch(
        { tenantId }: DispatchedCommand,
        next: () => Promise<QueuedReceipt>,
      ): Promise<QueuedReceipt> {
        return TenantContext.run({ tenantId, userId: 'system', correlationId: 'nightly' }, next);
      }
    }
    const booted = await boot([Stamp], { commandMiddleware: [Stamp] });
    await booted.get(Commands).run(Add.of('c1', 1));
    const [event] = await collect(booted.get(EventStore).read(stream('c1')));
    expect(event!.metadata).toMatchObject({ userId: 'system', correlationId: 'nightly' });
  });

  it('treats what is thrown around handling like an error of the handler', async () => {
    let calls = 0;
    @Injectable()
    class Failing implements CommandMiddleware {
      async aroundHandle({ command }: HandledCommand, next: () => Promise<CommandResult>): Promise<CommandResult> {
        calls += 1;
        const { amount } = command as Add;
        if (amount === 1) throw new CommandRejectedError('No', { reason: 'CLOSED' });
        if (amount === 2 && calls < 4) throw new Error('away');
        if (amount === 3) throw new InvalidDecisionError('Failing', 3);
        if (amount === 4) return 'nothing' as never;
        return next();
      }
    }
    const booted = await boot([Failing], { commandMiddleware: [Failing] });
    const commands = booted.get(Commands);
    await expect(commands.run(Add.of('c1', 1))).rejects.toMatchObject({ code: 'COMMAND_REJECTED', reason: 'CLOSED' });
    expect(await commands.run(Add.of('c1', 2))).toMatchObject({ lastSequence: 1 });
    expect(calls).toBe(4);
    for (const amount of [3, 4]) {
      const failed = commands.run(Add.of('c1', amount));
      await expect(failed).rejects.toBeInstanceOf(CommandFailedError);
      await expect(failed).rejects.toMatchObject({ failureCode: 'INVALID_DECISION' });
    }
    expect(booted.get(AddHandler).calls).toBe(1);
  });

  it('may answer in the place of the handler, and add to what it decided', async () => {
    @Injectable()
    class Doubling implements CommandMiddleware {
      async aroundHandle({ command }: HandledCommand, next: () => Promise<CommandResult>): Promise<CommandResult> {
        if ((command as Add).amount < 0) return [];
        const decided = (await next()) as readonly object[];
        return [...decided, ...decided];
      }
    }
    const booted = await boot([Doubling], { inner: [Doubling] });
    expect(await booted.get(Commands).run(Add.of('c1', 1))).toMatchObject({ eventCount: 2 });
    expect(await booted.get(Commands).run(Add.of('c1', -1))).toMatchObject({ eventCount: 0, lastSequence: null });
    expect(booted.get(AddHandler).calls).toBe(1);
  });

  it('stands around each command of a batch by itself, in its order, and not around one that is known', async () => {
    const single = noting('single');
    const booted = await boot([single], { commandMiddleware: [single] });
    const commands = booted.get(Commands);
    await booted.get(GroupQueue).control.pause({ tenantId: acme }, { by: 'ann', reason: 'a batch' });
    const sent = ['1', '2', '1', '3'].map((id, index) => commands.run(Add.of('c1', index, id)));
    await booted.get(GroupQueue).control.resume({ tenantId: acme }, { by: 'ann', reason: 'a batch' });
    await Promise.all(sent);
    const handled = booted.get(Notes).lines.filter((line) => line.includes('handle'));
    // The first of them adds nothing.
    expect(handled).toEqual([0, 1, 1].flatMap((events) => ['single handles counter.add', `single handled ${events}`]));
    await commands.run(Add.of('c1', 1, '3'));
    expect(booted.get(Notes).lines.filter((line) => line.includes('handle'))).toEqual(handled);
  });

  it('does not take an answer for an acceptance', async () => {
    const forged: QueuedReceipt = { status: 'queued', commandId: '1', tenantId: acme, receiptId: '1' };
    @Injectable()
    class Forging implements CommandMiddleware {
      async aroundDispatch({ command }: DispatchedCommand, next: () => Promise<QueuedReceipt>): Promise<QueuedReceipt> {
        if ((command as Add).amount === 2) await next();
        if ((command as Add).amount === 3) return (await next(), next());
        return forged;
      }
    }
    const booted = await boot([Forging], { commandMiddleware: [Forging] });
    for (const amount of [1, 2, 3]) {
      const misused = booted.get(CommandBus).execute(Add.of(`c${amount}`, amount));
      await expect(misused).rejects.toBeInstanceOf(MiddlewareMisuseError);
      await expect(misused).rejects.toThrow(
        amount === 3 ? /^Forging called next\(\) again/ : /^Forging did not answer/,
      );
    }
    expect(await booted.get(EventStore).head(stream('c1'))).toBe(0);
  });
});

it('calls the handler at most once for one call of the middleware', async () => {
  @Injectable()
  class Again implements CommandMiddleware {
    async aroundHandle(_: HandledCommand, next: () => Promise<CommandResult>): Promise<CommandResult> {
      await next();
      return next();
    }
  }
  const booted = await start(app([AddHandler, Again], { eventStore: memory(), commandMiddleware: [Again] }));
  const failed = booted.get(CommandBus).execute(Add.of('c1', 1));
  await expect(failed).rejects.toMatchObject({ failureCode: 'MIDDLEWARE_MISUSE' });
  expect(booted.get(AddHandler).calls).toBe(1);
});

it('is aborted with its handler when that takes too long', async () => {
  const aborted: unknown[] = [];
  @Injectable()
  class Slow implements CommandMiddleware {
    async aroundHandle({ context }: HandledCommand): Promise<CommandResult> {
      await new Promise((resolve) => context.signal.addEventListener('abort', resolve));
      aborted.push(context.signal.reason);
      throw context.signal.reason;
    }
  }
  @CommandHandler(Add, {
    type: 'counter.add',
    aggregateId: ({ counterId }) => counterId,
    timeoutMs: 20,
    maxAttempts: 1,
  })
  class Handler {
    handle(): object[] {
      return [];
    }
  }
  const booted = await start(app([Handler, Slow], { commandMiddleware: [Slow] }));
  await expect(booted.get(CommandBus).execute(Add.of('c1', 1))).rejects.toMatchObject({
    failureCode: 'HANDLER_TIMEOUT',
  });
  expect(aborted).toHaveLength(1);
});

it('does not boot with middleware that is no provider, or has a scope', async () => {
  const plain = noting('plain');
  @Injectable({ scope: Scope.REQUEST })
  class Scoped implements CommandMiddleware {
    async aroundHandle(_: HandledCommand, next: () => Promise<CommandResult>): Promise<CommandResult> {
      return next();
    }
  }
  const failed = start(app([AddHandler, Notes, Scoped], { commandMiddleware: [plain], inner: [Scoped] }));
  await expect(failed).rejects.toBeInstanceOf(WiringError);
  await expect(failed).rejects.toThrow(
    /The commandMiddleware of forRoot\(\), Noting, is no provider of the application: add the class/,
  );
  await expect(failed).rejects.toThrow(/The commandMiddleware of forFeature\(\) of 'counting', Scoped, has a scope/);
});

it('is replaced in tests like any provider', async () => {
  const plain = noting('plain');
  const seen: string[] = [];
  const instead: CommandMiddleware = {
    aroundHandle: async ({ type }, next) => {
      seen.push(type);
      return next();
    },
  };
  const booted = await start(app([AddHandler, Notes, plain], { commandMiddleware: [plain] }), (builder) =>
    builder.overrideProvider(plain).useValue(instead),
  );
  await booted.get(CommandBus).execute(Add.of('c1', 1));
  expect(seen).toEqual(['counter.add']);
  expect(booted.get(Notes).lines).toEqual([]);
});

import { randomUUID } from 'node:crypto';
import type { INestApplicationContext, Provider } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  type CommandHandlerOptions,
  CommandHandler,
  CommandRejectedError,
  Commands,
  EventStore,
  GroupQueue,
  InvalidArgumentError,
  InvalidCommandError,
  inProcessQueue,
  On,
  type ProcessContext,
  Processes,
  ProcessManager,
  type ProcessRole,
  type QueueAdapter,
  type QueuedReceipt,
  QueueFullError,
  type RecordedEvent,
  WiringError,
} from '../../lib/index.js';
import { redisQueue } from '../../lib/redis.js';
import { appWith, start, stream } from '../support/apps.js';
import { collect } from '../support/collect.js';
import { Add, Added, acme, AddHandler, Totals } from '../support/counter-app.js';
import { eventually } from '../support/eventually.js';
import { survivingMemory } from '../support/memories.js';
import { startTestRedis, type TestRedis } from '../support/redis-server.js';

/** Nothing that waits so long is done within a test. */
const LONG_MS = 3_600_000;
const SHORT_MS = 20;

let redis: TestRedis;
beforeAll(async () => void (redis = await startTestRedis()));
afterAll(() => redis.stop());

const queues: readonly (readonly [string, (name: string) => QueueAdapter])[] = [
  ['in process', () => inProcessQueue()],
  ['in Redis', (name) => redisQueue({ connection: { host: redis.host, port: redis.port }, name })],
];

/** A handler of `Add` with further options; it counts its calls. */
function handlerWith(options: Partial<CommandHandlerOptions<Add>>): {
  readonly calls: Add[];
  readonly handler: Provider;
} {
  const calls: Add[] = [];
  @CommandHandler(Add, { type: 'counter.add', aggregateId: ({ counterId }) => counterId, ...options })
  class Handler {
    handle(command: Add): object[] {
      calls.push(command);
      if (command.amount > 1_000) throw new CommandRejectedError('Too much', { reason: 'TOO_MUCH' });
      return [Added.of(command.amount)];
    }
  }
  return { calls, handler: Handler };
}

const amounts = async (app: INestApplicationContext, id = 'c1'): Promise<readonly number[]> =>
  (await collect(app.get(EventStore).read(stream(id)))).map(({ data }) => (data as Added).amount);

describe.each(queues)('when commands are handled, with a queue %s', (_, queueOf) => {
  const boot = (handlers: readonly Provider[]): Promise<INestApplicationContext> =>
    start(appWith([...handlers, Totals], { queue: queueOf(randomUUID()), eventStore: survivingMemory() }));

  it('lets a delayed command wait, and keeps no other one of its aggregate off meanwhile', async () => {
    const { handler } = handlerWith({});
    const app = await boot([handler]);
    const commands = app.get(Commands);
    const receipt = await commands.run(Add.of('c1', 9), { waitFor: 'queued', delayMs: LONG_MS });
    expect(receipt).toMatchObject({ status: 'queued', tenantId: acme });
    expect(await commands.run(Add.of('c1', 1))).toMatchObject({ status: 'stored', lastSequence: 1 });
    expect(await commands.outcome(receipt as QueuedReceipt)).toBeUndefined();
    expect(await app.get(GroupQueue).depth()).toMatchObject({ jobs: 1 });
    expect(await amounts(app)).toEqual([1]);
    await app.get(GroupQueue).forget(acme);
  });

  it('handles it once its time has come, and tells what became of it', async () => {
    const { handler } = handlerWith({});
    const app = await boot([handler]);
    const commands = app.get(Commands);
    const queued = (await commands.run(Add.of('c1', 1), { waitFor: 'queued', delayMs: SHORT_MS })) as QueuedReceipt;
    const { commandId } = queued;
    const stored = { status: 'stored', commandId, ...stream('c1'), eventCount: 1, lastSequence: 1 };
    await eventually(async () => expect(await commands.outcome(queued)).toEqual(stored));
    expect(await commands.run(Add.of('c1', 2), { delayMs: SHORT_MS })).toMatchObject({ lastSequence: 2 });
    expect(await commands.run(Add.of('c1', 3), { delayMs: SHORT_MS, waitFor: Totals })).toMatchObject({
      lastSequence: 3,
    });
  });

  it('waits for the outcome from when the delay is over', async () => {
    const { handler } = handlerWith({});
    const app = await boot([handler]);
    const waiting = vi.spyOn(app.get(GroupQueue), 'awaitAnswer');
    await app.get(Commands).run(Add.of('c1', 1), { delayMs: SHORT_MS, timeoutMs: LONG_MS });
    expect(waiting.mock.calls.map(([, , timeoutMs]) => timeoutMs)).toEqual([LONG_MS + SHORT_MS]);
  });

  it('delays as the handler says, unless the sender says otherwise', async () => {
    const { handler } = handlerWith({ delayMs: ({ amount }) => (amount === 1 ? 0 : LONG_MS) });
    const app = await boot([handler]);
    const bus = app.get(CommandBus);
    const commands = app.get(Commands);
    expect(await bus.execute(Add.of('c1', 2))).toMatchObject({ status: 'queued' });
    expect(await commands.run(Add.of('c1', 1))).toMatchObject({ lastSequence: 1 });
    expect(await commands.run(Add.of('c1', 3), { delayMs: 0 })).toMatchObject({ lastSequence: 2 });
    expect(await amounts(app)).toEqual([1, 3]);
    await app.get(GroupQueue).forget(acme);
  });

  it('stores a command once that is sent again under its id, delayed or not', async () => {
    const app = await boot([AddHandler]);
    const commands = app.get(Commands);
    const first = commands.run(Add.of('c1', 1, 'once'), { delayMs: SHORT_MS });
    const second = commands.run(Add.of('c1', 1, 'once'));
    expect(await first).toEqual(await second);
    expect(await amounts(app)).toEqual([1]);
  });

  it('answers what is sent under the key of another one with the receipt of that one', async () => {
    const { calls, handler } = handlerWith({ dedupe: { key: ({ counterId }) => counterId, forMs: LONG_MS } });
    const app = await boot([handler]);
    const commands = app.get(Commands);
    const first = await commands.run(Add.of('c1', 1));
    expect(first).toMatchObject({ status: 'stored', lastSequence: 1 });
    expect(await commands.run(Add.of('c1', 2))).toEqual(first);
    const executed = await app.get(CommandBus).execute(Add.of('c1', 3));
    expect(executed.commandId).toBe(first.commandId);
    expect(await commands.run(Add.of('c2', 4))).toMatchObject({ status: 'stored', lastSequence: 1 });
    // What the sender says goes before what the handler says.
    expect(await commands.run(Add.of('c1', 5), { dedupe: { key: 'c3', forMs: LONG_MS } })).toMatchObject({
      lastSequence: 2,
    });
    expect(calls.map(({ amount }) => amount)).toEqual([1, 4, 5]);
  });

  it('tells all who sent under one key of the rejection of the first', async () => {
    const { calls, handler } = handlerWith({ dedupe: { key: () => 'k', forMs: LONG_MS } });
    const commands = (await boot([handler])).get(Commands);
    const sent = [5_000, 1, 2].map((amount) => commands.run(Add.of('c1', amount)).catch((error: unknown) => error));
    for (const error of await Promise.all(sent)) expect(error).toMatchObject({ reason: 'TOO_MUCH' });
    expect(calls).toHaveLength(1);
  });

  it('refuses what is invalid, whatever stands under its key', async () => {
    const { handler } = handlerWith({ dedupe: { key: () => 'k', forMs: LONG_MS } });
    const commands = (await boot([handler])).get(Commands);
    await commands.run(Add.of('c1', 1));
    await expect(commands.run(Object.assign(Add.of('c1', 1), { amount: 'much' }))).rejects.toBeInstanceOf(
      InvalidCommandError,
    );
  });

  it('lets a delayed command stand for others until its time has come, however short the time of its key is', async () => {
    const { calls, handler } = handlerWith({ delayMs: LONG_MS, dedupe: { key: () => 'k', forMs: 1 } });
    const app = await boot([handler]);
    const bus = app.get(CommandBus);
    const first = await bus.execute(Add.of('c1', 1));
    for (let amount = 2; amount < 6; amount += 1) expect(await bus.execute(Add.of('c1', amount))).toEqual(first);
    expect(await app.get(GroupQueue).depth()).toMatchObject({ jobs: 1 });
    await app.get(GroupQueue).forget(acme);
    expect(calls).toEqual([]);
  });

  it('takes the next one of a key when the time of the first is over', async () => {
    const { handler } = handlerWith({ delayMs: SHORT_MS, dedupe: { key: () => 'k', forMs: 1 } });
    const app = await boot([handler]);
    await app.get(CommandBus).execute(Add.of('c1', 1));
    await eventually(async () => {
      await app.get(CommandBus).execute(Add.of('c1', 2));
      expect(await amounts(app)).toEqual([1, 2]);
    });
  });

  it('delays what a process manager sends, and drops none of it for another', async () => {
    const { handler } = handlerWith({ delayMs: SHORT_MS, dedupe: { key: () => 'k', forMs: LONG_MS } });
    @ProcessManager({ name: 'doubling' })
    class Doubling {
      initialState(): object {
        return {};
      }

      @On(Added)
      added(state: object, { aggregateId, data }: RecordedEvent<Added>, context: ProcessContext): object {
        if (aggregateId !== 'c1') return state;
        for (const n of [1, 2]) context.send(Add.of('c2', n * data.amount));
        return state;
      }
    }
    const app = await boot([handler, Doubling]);
    await app.get(EventStore).append(stream('c1'), [{ data: Added.of(5) }]);
    await eventually(async () => expect((await amounts(app, 'c2')).toSorted()).toEqual([10, 5]));
    await eventually(async () => {
      // The event, and what became of each command.
      const status = await app.get(Processes).get(Doubling, 'c1', { tenantId: acme });
      expect(status).toMatchObject({ sequence: 3, commandsUnderWay: 0 });
    });
  });

  it('refuses times and keys that are none, and queues nothing', async () => {
    const { handler } = handlerWith({});
    const app = await boot([handler]);
    const commands = app.get(Commands);
    for (const delayMs of [-1, 0.5, 2 ** 31, '1' as never]) {
      await expect(commands.run(Add.of('c1', 1), { delayMs })).rejects.toBeInstanceOf(InvalidArgumentError);
    }
    for (const dedupe of [{ key: '', forMs: 1 }, { key: 'k', forMs: 0 }, { key: 'k' } as never]) {
      await expect(commands.run(Add.of('c1', 1), { dedupe })).rejects.toBeInstanceOf(InvalidArgumentError);
    }
    expect(await app.get(GroupQueue).depth()).toMatchObject({ jobs: 0 });
    expect(await amounts(app)).toEqual([]);
  });

  it('refuses a command of which its handler makes no time or key', async () => {
    const { handler } = handlerWith({
      delayMs: ({ amount }) => amount,
      dedupe: { key: ({ counterId }) => (counterId === 'c1' ? 'k' : (undefined as never)), forMs: 1 },
    });
    const commands = (await boot([handler])).get(Commands);
    await expect(commands.run(Add.of('c1', -1))).rejects.toThrow(/its delayMs must be an integer from 0/);
    await expect(commands.run(Add.of('c2', 1))).rejects.toThrow(/its dedupe.key must be a string/);
    await expect(commands.run(Add.of('c2', 1))).rejects.toBeInstanceOf(InvalidCommandError);
  });
});

describe('a delayed command', () => {
  it('waits in Redis, whatever becomes of the process that sent it', async () => {
    const { handler } = handlerWith({});
    const name = randomUUID();
    const eventStore = survivingMemory();
    const boot = (role: ProcessRole): Promise<INestApplicationContext> =>
      start(appWith([handler], { role, eventStore, queue: queues[1]![1](name) }));
    const web = await boot('web');
    const receipt = await web.get(Commands).run(Add.of('c1', 1), { waitFor: 'queued', delayMs: SHORT_MS });
    await web.close();
    const worker = await boot('worker');
    await eventually(async () =>
      expect(await worker.get(Commands).outcome(receipt as QueuedReceipt)).toMatchObject({ status: 'stored' }),
    );
    expect(await amounts(worker)).toEqual([1]);
  });

  it('is refused where too many wait for their time, and keeps no other command off', async () => {
    const { handler } = handlerWith({ delayMs: LONG_MS });
    const queue = inProcessQueue({ maxDelayedJobsPerTenant: 2, maxWaitingCommands: 1, maxWaitingJobs: 2 });
    const app = await start(appWith([handler], { queue }));
    const bus = app.get(CommandBus);
    await bus.execute(Add.of('c1', 1));
    await bus.execute(Add.of('c1', 2));
    const refused = bus.execute(Add.of('c1', 3));
    await expect(refused).rejects.toBeInstanceOf(QueueFullError);
    await expect(refused).rejects.toMatchObject({ option: 'maxDelayedJobsPerTenant', limit: 2 });
    expect(await app.get(Commands).run(Add.of('c1', 4), { delayMs: 0 })).toMatchObject({ status: 'stored' });
    await app.get(GroupQueue).forget(acme);
  });
});

it('does not boot with times and keys of a handler that are none', async () => {
  const { handler } = handlerWith({ delayMs: -1, dedupe: { key: 'k' as never, forMs: 0 } });
  const failed = start(appWith([handler]));
  await expect(failed).rejects.toBeInstanceOf(WiringError);
  await expect(failed).rejects.toThrow(/The delayMs of Handler must be an integer from 0/);
  await expect(failed).rejects.toThrow(/The dedupe.key of Handler must be a function, not string/);
  await expect(failed).rejects.toThrow(/The dedupe.forMs of Handler must be an integer from 1/);
});

import { Injectable, type OnModuleInit } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { expect, it } from 'vitest';
import {
  CommandHandler,
  CommandRejectedError,
  Commands,
  CommandTimeoutError,
  EventStore,
  InvalidArgumentError,
  InvalidCommandError,
  InvalidTenantError,
  NotReadyError,
} from '../../lib/index.js';
import { appWith, start, stream } from '../support/apps.js';
import { Add, Added, acme, AddHandler, counterApp } from '../support/counter-app.js';
import { eventually } from '../support/eventually.js';
import { gate } from '../support/gate.js';

it('answers as the CommandBus does where the queue is in process, whatever is waited for', async () => {
  const app = await start(counterApp());
  const [commands, bus] = [app.get(Commands), app.get(CommandBus)];
  const first = { status: 'stored', commandId: 'first', ...stream('c1'), eventCount: 1, lastSequence: 1 };
  expect(await commands.run(Add.of('c1', 1, 'first'))).toEqual(first);
  expect(await commands.run(Add.of('c1', 1, 'first'), { waitFor: 'queued' })).toEqual(first);
  expect(await bus.execute(Add.of('c1', 1, 'first'))).toEqual(first);
  const rejected = commands.run(Add.of('c1', 5_000));
  await expect(rejected).rejects.toBeInstanceOf(CommandRejectedError);
  await expect(rejected).rejects.toMatchObject({ reason: 'TOO_MUCH', details: { limit: 1_000 } });
  await expect(commands.run(Object.assign(Add.of('c1', 1), { amount: 'much' }))).rejects.toBeInstanceOf(
    InvalidCommandError,
  );
});

it('refuses what it cannot run, before anything is staged', async () => {
  const app = await start(counterApp());
  const commands = app.get(Commands);
  const bad: readonly (() => Promise<unknown>)[] = [
    () => commands.run({ counterId: 'c1', amount: 1 }),
    () => commands.run(null as never),
    () => commands.run(Add.of('c1', 1), { timeoutMs: 0 }),
    () => commands.run(Add.of('c1', 1), { timeoutMs: Number.NaN }),
    () => commands.run(Add.of('c1', 1), { waitFor: 'handled' as never }),
    () => commands.outcome({ tenantId: acme, receiptId: '' }),
  ];
  for (const call of bad) await expect(call()).rejects.toBeInstanceOf(InvalidArgumentError);
  await expect(commands.outcome({ tenantId: '' as never, receiptId: '1' })).rejects.toBeInstanceOf(InvalidTenantError);
  expect(app.get(AddHandler).calls).toBe(0);
});

it('gives a receipt to whoever did not hear of the outcome in time, under which it is found', async () => {
  const busy = gate();
  @CommandHandler(Add, { type: 'counter.add', aggregateId: ({ counterId }) => counterId })
  class Slow {
    async handle({ amount }: Add): Promise<object[]> {
      await busy.opened;
      return [Added.of(amount)];
    }
  }
  const app = await start(appWith([Slow]));
  const commands = app.get(Commands);
  const error = await commands.run(Add.of('c1', 1), { timeoutMs: 20 }).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(CommandTimeoutError);
  const { receipt } = error as CommandTimeoutError;
  expect(await commands.outcome(receipt)).toBeUndefined();
  busy.open();
  const { commandId } = receipt;
  const stored = { status: 'stored', commandId, ...stream('c1'), eventCount: 1, lastSequence: 1 };
  await eventually(async () => expect(await commands.outcome(receipt)).toEqual(stored));
  // A tenant of another name asks in vain.
  expect(await commands.outcome({ ...receipt, tenantId: 'other' as never })).toBeUndefined();
});

it('waits for nothing before commands are handled', async () => {
  const thrown: unknown[] = [];
  @Injectable()
  class Seed implements OnModuleInit {
    constructor(private readonly commands: Commands) {}

    async onModuleInit(): Promise<void> {
      thrown.push(await this.commands.run(Add.of('c1', 1)).catch((error: unknown) => error));
    }
  }
  const app = await start(appWith([AddHandler, Seed]));
  expect(thrown).toEqual([expect.any(NotReadyError)]);
  expect(await app.get(EventStore).head(stream('c1'))).toBe(0);
});

import type { INestApplicationContext } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { expect, it } from 'vitest';
import {
  CommandFailedError,
  CommandRejectedError,
  Commands,
  CommandTimeoutError,
  EventStore,
  GroupQueue,
  QueueFullError,
  type QueuedReceipt,
  type StoredReceipt,
} from '../../lib/index.js';
import { stream } from '../support/apps.js';
import { collect } from '../support/collect.js';
import { Add, type Added } from '../support/counter-app.js';
import { eventually } from '../support/eventually.js';
import { RoleFleet } from '../support/role-fleet.js';

const SHORT_LEASE_MS = 1_000;
/** Far longer than a test: whoever waits for its end fails. */
const LONG_MS = 60_000;
const COUNTERS = ['c0', 'c1', 'c2', 'c3'];
const COMMANDS = 400;
const STORED_BEFORE_THE_END = 80;
const SETTLE_TIMEOUT_MS = 30_000;

const fleet = new RoleFleet(SHORT_LEASE_MS);

const queued = async (app: INestApplicationContext, command: Add): Promise<QueuedReceipt> =>
  (await app.get(CommandBus).execute(command)) as QueuedReceipt;

it('tells a web process what became of a command in a worker, as if it had handled it itself', async () => {
  const web = await fleet.boot('web');
  await fleet.spawn('worker');
  const commands = web.get(Commands);
  const stored = { status: 'stored', commandId: 'first', ...stream('c0'), eventCount: 1, lastSequence: 1 };
  expect(await commands.run(Add.of('c0', 1, 'first'))).toEqual(stored);
  const rejected = commands.run(Add.of('c0', -1, 'second'));
  await expect(rejected).rejects.toBeInstanceOf(CommandRejectedError);
  await expect(rejected).rejects.toMatchObject({ message: 'Only more', reason: 'NEGATIVE', details: { amount: -1 } });
  // What was not stored is decided anew when it is sent again, and answered by what came of it this time.
  expect(await commands.run(Add.of('c0', 1, 'second'))).toMatchObject({ commandId: 'second', lastSequence: 2 });
  const failed = commands.run(Add.of('c0', 0, 'third'));
  await expect(failed).rejects.toBeInstanceOf(CommandFailedError);
  await expect(failed).rejects.toMatchObject({ commandId: 'third', failureCode: 'PERMANENT', kind: 'permanent' });
  // Sent again, it stores nothing more.
  expect(await commands.run(Add.of('c0', 1, 'first'))).toEqual(stored);
  expect(await web.get(EventStore).head(stream('c0'))).toBe(2);
  // One connection for all, and one that hears of outcomes; none that blocks.
  const clients = (await fleet.redis.client.client('LIST')) as string;
  expect(clients.split('\n').filter((client) => /\bsub=[1-9]/.test(client))).toHaveLength(1);
});

it('tells any process later what became of a command that was queued', async () => {
  const [web, other] = [await fleet.boot('web'), await fleet.boot('web')];
  const receipts = [await queued(web, Add.of('c0', 1)), await queued(web, Add.of('c0', -1))];
  receipts.push(await queued(web, Add.of('c0', 0)));
  expect(await other.get(Commands).outcome(receipts[0]!)).toBeUndefined();
  expect(await other.get(Commands).run(Add.of('c0', 2, 'x'), { waitFor: 'queued' })).toMatchObject({
    status: 'queued',
    commandId: 'x',
  });
  await fleet.spawn('worker');
  const outcomes = await eventually(async () => {
    const found = await Promise.all(receipts.map((receipt) => other.get(Commands).outcome(receipt)));
    expect(found.every((outcome) => outcome !== undefined)).toBe(true);
    return found;
  }, SETTLE_TIMEOUT_MS);
  expect(outcomes).toEqual([
    { status: 'stored', commandId: receipts[0]!.commandId, ...stream('c0'), eventCount: 1, lastSequence: 1 },
    {
      status: 'rejected',
      commandId: receipts[1]!.commandId,
      reason: 'NEGATIVE',
      message: 'Only more',
      details: { amount: -1 },
    },
    {
      status: 'failed',
      commandId: receipts[2]!.commandId,
      code: 'PERMANENT',
      kind: 'permanent',
      message: 'Nothing to add',
    },
  ]);
});

it('gives a receipt to whoever did not hear of the outcome in time', async () => {
  const web = await fleet.boot('web');
  const commands = web.get(Commands);
  const error = await commands.run(Add.of('c0', 1, 'first'), { timeoutMs: 50 }).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(CommandTimeoutError);
  const { receipt } = error as CommandTimeoutError;
  expect(receipt).toMatchObject({ status: 'queued', commandId: 'first' });
  expect(await commands.outcome(receipt)).toBeUndefined();
  await fleet.spawn('worker');
  await eventually(
    async () => expect(await commands.outcome(receipt)).toMatchObject({ status: 'stored', lastSequence: 1 }),
    SETTLE_TIMEOUT_MS,
  );
});

it('gives the outcome of a command whose worker died after storing it and before saying so', async () => {
  const web = await fleet.boot('web');
  const dying = await fleet.spawn('worker', { fatalAmount: 7 });
  const stored = web.get(Commands).run(Add.of('c0', 7, 'fatal'), { timeoutMs: LONG_MS });
  await dying.ended();
  expect(await web.get(EventStore).head(stream('c0'))).toBe(1);
  await fleet.spawn('worker');
  expect(await stored).toEqual({
    status: 'stored',
    commandId: 'fatal',
    ...stream('c0'),
    eventCount: 1,
    lastSequence: 1,
  });
  expect(await web.get(EventStore).head(stream('c0'))).toBe(1);
});

it('gives the outcome to a process that was without Redis meanwhile', async () => {
  const web = await fleet.boot('web');
  const stored = web.get(Commands).run(Add.of('c0', 1), { timeoutMs: LONG_MS });
  await eventually(async () => expect(await web.get(GroupQueue).depth()).toMatchObject({ jobs: 1 }));
  await fleet.redis.restart('kept');
  await fleet.spawn('worker');
  expect(await stored).toMatchObject({ status: 'stored', lastSequence: 1 });
});

it('gives every command its own outcome when the worker is killed in the middle', async () => {
  const app = await fleet.boot('web');
  const webs = await Promise.all([fleet.spawn('web'), fleet.spawn('web')]);
  const first = await fleet.spawn('worker');
  const store = app.get(EventStore);
  const sent = Array.from({ length: COMMANDS }, (_, index) => ({
    counterId: COUNTERS[index % COUNTERS.length]!,
    amount: index + 1,
    commandId: `command-${index}`,
    waitFor: 'stored' as const,
  }));
  const receipts = Promise.all(sent.map((one, index) => webs[index % webs.length]!.execute(one)));
  await eventually(async () => {
    const heads = await Promise.all(COUNTERS.map((id) => store.head(stream(id))));
    expect(heads.reduce((sum, head) => sum + head, 0)).toBeGreaterThan(STORED_BEFORE_THE_END);
  }, SETTLE_TIMEOUT_MS);
  await first.end('SIGKILL');
  expect((await app.get(GroupQueue).depth()).jobs).toBeGreaterThan(0);
  await fleet.spawn('worker');
  const logs = new Map<string, readonly number[]>();
  const stored = (await receipts) as readonly StoredReceipt[];
  for (const id of COUNTERS) {
    logs.set(
      id,
      (await collect(store.read(stream(id)))).map(({ data }) => (data as Added).amount),
    );
  }
  for (const [index, { counterId, amount, commandId }] of sent.entries()) {
    expect(stored[index]).toMatchObject({ status: 'stored', commandId, aggregateId: counterId, eventCount: 1 });
    expect(logs.get(counterId)![stored[index]!.lastSequence! - 1]).toBe(amount);
  }
  expect([...logs.values()].flat()).toHaveLength(COMMANDS);
});

it('refuses a command of a web process when too many wait in Redis', async () => {
  const web = await fleet.boot('web', { maxWaitingCommands: 3 });
  for (const amount of [1, 2, 3]) await queued(web, Add.of('c0', amount));
  const refused = { option: 'maxWaitingCommands', limit: 3 };
  await expect(web.get(CommandBus).execute(Add.of('c0', 4))).rejects.toMatchObject(refused);
  await expect(web.get(Commands).run(Add.of('c0', 4))).rejects.toBeInstanceOf(QueueFullError);
});

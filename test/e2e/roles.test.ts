import { type INestApplicationContext, Logger } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { expect, it, vi } from 'vitest';
import { EventSourcingHealth, EventStore, GroupQueue, Projections } from '../../lib/index.js';
import { shardPrefix } from '../../lib/queue/redis/lane-keys.js';
import { QueueUnavailableError } from '../../lib/queue/redis/queue-unavailable.error.js';
import { stream } from '../support/apps.js';
import { collect } from '../support/collect.js';
import { Add, Added, Additions, acme, Totals } from '../support/counter-app.js';
import { eventually } from '../support/eventually.js';
import { REACTIONS } from '../support/role-app.js';
import { RoleFleet } from '../support/role-fleet.js';
import type { RoleProcess } from '../support/role-process.js';

const COUNTERS = ['c0', 'c1', 'c2', 'c3', 'c4', 'c5', 'c6', 'c7'];
const WEB_PROCESSES = 2;
const COMMANDS_A_WEB = 300;
const IN_FLIGHT_A_WEB = 32;
/** Every so many commands, one is sent twice. */
const REPEAT_EVERY = 10;
const STORED_BEFORE_THE_END = 100;
const SETTLE_TIMEOUT_MS = 30_000;
const SHORT_LEASE_MS = 1_000;
/** Far longer than a test: whoever waits for its end fails. */
const LONG_LEASE_MS = 120_000;

const fleet = new RoleFleet(SHORT_LEASE_MS);

/** What one web process takes: commands whose amounts no other one has. */
function commandsOf(web: number): { counterId: string; amount: number; commandId: string }[] {
  return Array.from({ length: COMMANDS_A_WEB }, (_, index) => {
    const amount = web * COMMANDS_A_WEB + index + 1;
    return { counterId: COUNTERS[index % COUNTERS.length]!, amount, commandId: `command-${amount}` };
  });
}

/** Sends all, some of them twice; returns the amounts by counter that were answered `queued`. */
async function send(web: RoleProcess, number: number): Promise<{ counterId: string; amount: number }[]> {
  const commands = commandsOf(number).flatMap((one, index) => (index % REPEAT_EVERY === 0 ? [one, one] : [one]));
  const queued = new Map<number, string>();
  const sender = async (): Promise<void> => {
    for (let next = commands.shift(); next; next = commands.shift()) {
      expect(await web.execute(next)).toMatchObject({ status: 'queued', commandId: next.commandId });
      queued.set(next.amount, next.counterId);
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT_A_WEB }, sender));
  return [...queued].map(([amount, counterId]) => ({ amount, counterId }));
}

/** The log holds each of the amounts once, and all that follows from the log has reached every event. */
async function expectWhole(app: INestApplicationContext, counterId: string, amounts: readonly number[]): Promise<void> {
  await eventually(async () => {
    const log = await collect(app.get(EventStore).read(stream(counterId)));
    const stored = log.map(({ data }) => (data as Added).amount);
    expect(stored.toSorted((a, b) => a - b)).toEqual(amounts.toSorted((a, b) => a - b));
    const total = amounts.reduce((sum, amount) => sum + amount, 0);
    const projections = app.get(Projections);
    const item = await projections.getItem(Totals, counterId, { tenantId: acme });
    expect(item).toMatchObject({ sequence: log.length, state: { total, events: log.length } });
    const records = await projections.records(Additions, counterId, { tenantId: acme, limit: 1_000 });
    expect(records.map(({ record }) => record.amount)).toEqual(stored);
    const reactions = new Set(await fleet.redis.client.lrange(REACTIONS, 0, -1));
    expect(log.filter(({ sequence }) => !reactions.has(`${counterId}#${sequence}`))).toEqual([]);
  }, SETTLE_TIMEOUT_MS);
}

async function expectNothingLeft(app: INestApplicationContext): Promise<void> {
  await eventually(
    async () =>
      expect(await app.get(GroupQueue).depth()).toEqual({
        jobs: 0,
        parkedJobs: 0,
        delayedJobs: 0,
        running: 0,
        parkedLanes: 0,
        deadLetters: 0,
      }),
    SETTLE_TIMEOUT_MS,
  );
}

it('a web process alone takes commands and events, on one connection, and a worker that comes handles them', async () => {
  const app = await fleet.boot('web');
  const bus = app.get(CommandBus);
  const amounts = [1, 2, 3, 4, 5];
  for (const amount of amounts) {
    expect(await bus.execute(Add.of('c0', amount, `command-${amount}`))).toEqual({
      status: 'queued',
      commandId: `command-${amount}`,
      tenantId: acme,
      receiptId: expect.any(String),
    });
  }
  await app.get(EventStore).append(stream('c1'), [{ data: Added.of(7) }]);
  expect(await app.get(EventStore).head(stream('c0'))).toBe(0);
  expect(await app.get(Projections).get(Totals, 'c1', { tenantId: acme })).toBeNull();
  // The five commands, and one job each for the fold and the map of the event.
  expect(await app.get(GroupQueue).depth()).toMatchObject({ jobs: 7, running: 0 });
  const clients = (await fleet.redis.client.client('LIST')) as string;
  expect(clients.trim().split('\n')).toHaveLength(2);
  expect(clients).not.toMatch(/cmd=b(l|r|z)/);

  await fleet.spawn('worker');
  await expectWhole(app, 'c0', amounts);
  await expectWhole(app, 'c1', [7]);
  await expectNothingLeft(app);
});

it('a process in the role all answers queued as well, for another one may handle the command', async () => {
  const app = await fleet.boot('all');
  expect(await app.get(CommandBus).execute(Add.of('c0', 1, 'command-1'))).toMatchObject({
    status: 'queued',
    commandId: 'command-1',
  });
  await expectWhole(app, 'c0', [1]);
});

it('a command that a worker does not know waits for one that does, as in the middle of a deploy', async () => {
  const web = await fleet.boot('web');
  const older = await fleet.boot('worker', {}, []);
  const failed = vi.spyOn(Logger.prototype, 'error');
  await web.get(CommandBus).execute(Add.of('c0', 1, 'command-1'));
  // What the queue keeps of attempts that failed says that it was tried.
  const errors = `${shardPrefix('es', 'default', 0)}errors:acme:command:counting:counter:c0`;
  await eventually(async () =>
    expect(await fleet.redis.client.lrange(errors, 0, 0)).toEqual([expect.stringMatching(/counter\.add/)]),
  );
  const { queue, unknownJobs, unknownCommands } = await older.get(EventSourcingHealth).report();
  expect(queue).toMatchObject({ jobs: 1, parkedJobs: 0, deadLetters: 0 });
  expect([unknownJobs, unknownCommands]).toEqual([{}, { 'counter.add': expect.any(Number) }]);
  expect((await web.get(EventSourcingHealth).report()).unknownCommands).toEqual({});
  await fleet.close(older);
  expect(failed).not.toHaveBeenCalled();
  await fleet.spawn('worker');
  await expectWhole(web, 'c0', [1]);
});

it('health fails while the queue is away', async () => {
  const app = await fleet.boot('web');
  const health = app.get(EventSourcingHealth);
  await health.check();
  await fleet.redis.kill();
  try {
    await expect(health.check()).rejects.toBeInstanceOf(QueueUnavailableError);
    await expect(health.report()).rejects.toBeInstanceOf(QueueUnavailableError);
  } finally {
    await fleet.redis.start();
  }
  await eventually(() => health.check());
});

it.each([
  { signal: 'SIGKILL', leaseMs: SHORT_LEASE_MS },
  { signal: 'SIGTERM', leaseMs: LONG_LEASE_MS },
] as const)(
  'all that was answered queued is stored once and reaches everything, when the worker ends by $signal in the middle',
  async ({ signal, leaseMs }) => {
    fleet.settings = { ...fleet.settings, leaseMs };
    const app = await fleet.boot('web');
    const webs = await Promise.all(Array.from({ length: WEB_PROCESSES }, () => fleet.spawn('web')));
    const first = await fleet.spawn('worker');
    const sending = Promise.all(webs.map(send));
    const store = app.get(EventStore);
    await eventually(async () => {
      const heads = await Promise.all(COUNTERS.map((id) => store.head(stream(id))));
      expect(heads.reduce((sum, head) => sum + head, 0)).toBeGreaterThan(STORED_BEFORE_THE_END);
    }, SETTLE_TIMEOUT_MS);
    await first.end(signal);
    const { jobs, running } = await app.get(GroupQueue).depth();
    // In the middle: work is left, and only what was killed still holds lanes.
    expect(jobs).toBeGreaterThan(0);
    if (signal === 'SIGKILL') expect(running).toBeGreaterThan(0);
    else expect(running).toBe(0);
    const second = await fleet.spawn('worker');
    const queued = (await sending).flat();
    expect(queued).toHaveLength(WEB_PROCESSES * COMMANDS_A_WEB);
    for (const id of COUNTERS) {
      const amounts = queued.filter(({ counterId }) => counterId === id).map(({ amount }) => amount);
      await expectWhole(app, id, amounts);
    }
    await expectNothingLeft(app);
    await second.end('SIGTERM');
  },
);

import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { DecisionData } from '../../../lib/processes/stream/decision.event.js';
import { inboxType, processType } from '../../../lib/processes/stream/process-streams.js';
import type { Link } from '../../../lib/projections/links/link.event.js';
import type { RecordedEvent } from '../../../lib/events/recorded-event.js';
import {
  DAY_MS,
  MAX_TOTAL,
  OrderPlaced,
  orderStream,
  PaymentReceived,
  paymentStream,
} from '../../support/orders-app.js';
import { isOf, judgeProcess } from '../../support/judge-processes.js';
import { ProcessWorld, REQUEST_DELAY_MS } from '../../support/process-world.js';

const ORDERS = ['o1', 'o2'];
const WORKERS = 3;
const MAX_ROUNDS = 2_000;

const aStep = fc.oneof(
  { weight: 2, arbitrary: fc.record({ place: fc.constantFrom(...ORDERS), dear: fc.boolean(), dies: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ pay: fc.constantFrom(...ORDERS), dies: fc.boolean() }) },
  {
    weight: 3,
    arbitrary: fc.record({
      afterMs: fc.constantFrom(1, REQUEST_DELAY_MS, DAY_MS / 2, DAY_MS - 1, DAY_MS, 20 * DAY_MS),
    }),
  },
  {
    weight: 12,
    arbitrary: fc.record({
      deliver: fc.array(
        fc.tuple(
          fc.nat(20),
          fc.nat(WORKERS - 1),
          fc.constantFrom(undefined, undefined, 'dies' as const, 'goes on as a zombie' as const),
        ),
        { minLength: 1, maxLength: 4 },
      ),
    }),
  },
  { weight: 1, arbitrary: fc.record({ sweep: fc.constant(true) }) },
  { weight: 1, arbitrary: fc.record({ expire: fc.constant(true) }) },
  { weight: 1, arbitrary: fc.record({ lose: fc.constant(true) }) },
  { weight: 1, arbitrary: fc.record({ compare: fc.constant(true) }) },
);

it('processes are told everything once, wake-ups never early, and their commands take effect once, whatever happens', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.scheduler(),
      // Where the queue keeps everything nothing needs to be compared.
      fc.boolean(),
      fc.array(aStep, { minLength: 10, maxLength: 60 }),
      fc.array(fc.constantFrom(undefined, undefined, undefined, 'before' as const, 'after' as const), {
        maxLength: 60,
      }),
      async (scheduler, isLossy, steps, faults) => {
        let nth = 0;
        let isCalm = false;
        const world = await ProcessWorld.open(
          {
            turn: () => (isCalm ? Promise.resolve() : scheduler.schedule(Promise.resolve())),
            fault: () => (isCalm ? undefined : faults[(nth += 1)]),
          },
          WORKERS,
        );
        for (const step of steps) {
          if ('place' in step) {
            const total = step.dear ? MAX_TOTAL + 1 : 5;
            await world.append(orderStream(step.place), OrderPlaced.of(total), step.dies);
          } else if ('pay' in step) {
            await world.append(paymentStream(`by-${step.pay}`), PaymentReceived.of(step.pay), step.dies);
          } else if ('afterMs' in step) world.clock.time += step.afterMs;
          else if ('deliver' in step)
            await scheduler.waitFor(Promise.all(step.deliver.map((one) => world.deliver(...one))));
          else if ('sweep' in step) await world.sweep();
          else if ('expire' in step) world.queue.expireAnswers();
          else if (!isLossy) continue;
          else if ('lose' in step) world.queue.lose();
          else await world.compare();
        }
        isCalm = true;
        if (isLossy) await world.compare();
        await settle(world);
        await judge(world);
      },
    ),
    { numRuns: 150 },
  );
});

/** Lets everything come to its end: time goes by until nobody waits any more. */
async function settle(world: ProcessWorld): Promise<void> {
  for (let round = 0; world.queue.size > 0 || (await world.sweep()) > 0; round += 1) {
    if (round > MAX_ROUNDS) throw new Error('It does not come to an end.');
    world.clock.time = Math.max(world.clock.time, world.queue.nextAt!);
    await world.deliver(round, round);
  }
  expect(await world.compare()).toBe(0);
}

async function judge(world: ProcessWorld): Promise<void> {
  expect(world.queue.failures).toEqual([]);
  const { name } = world.manager;
  const [inboxes, processes] = [await world.events(inboxType(name)), await world.events(processType(name))];
  const stored = [...(await world.events('order')).values(), ...(await world.events('payment')).values()].flat();
  // Every event was told to its process, once and in the order of its aggregate.
  const told = [...inboxes.values()].flat().filter(isOf('$link')) as RecordedEvent<Link>[];
  const wanted = stored.filter(({ type }) => type === 'order.placed' || type === 'payment.received');
  expect(new Set(told.map(({ data }) => data.eventId))).toEqual(new Set(wanted.map(({ id }) => id)));
  expect(told).toHaveLength(wanted.length);
  // No command came before its time.
  const decided = [...processes.values()].flat() as readonly RecordedEvent<DecisionData>[];
  for (const { data, recordedAt, metadata } of stored.filter(isOf('payment.requested'))) {
    const sent = decided.find(({ data: { commands } }) =>
      commands.some(({ commandId }) => commandId === metadata.causationId),
    )!;
    expect(recordedAt.getTime(), JSON.stringify(data)).toBeGreaterThanOrEqual(sent.data.at + REQUEST_DELAY_MS);
  }
  for (const [id, inbox] of inboxes) {
    judgeProcess({ inbox, decisions: processes.get(id) as readonly RecordedEvent<DecisionData>[] }, stored);
  }
}

it('what followed from a decision whose worker died is staged by the next one, without anybody who looks for it', async () => {
  const world = await ProcessWorld.open({ turn: () => Promise.resolve(), fault: () => undefined }, WORKERS);
  await world.append(orderStream('o1'), OrderPlaced.of(5), false);
  await world.deliver(0, 0);
  await world.deliver(0, 0, 'dies');
  while (world.queue.size > 0) {
    world.clock.time = Math.max(world.clock.time, world.queue.nextAt!);
    await world.deliver(0, 1);
  }
  await judge(world);
});

import type { INestApplicationContext, Provider } from '@nestjs/common';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  Clock,
  type EventSourcingModuleOptions,
  EventStore,
  FeatureFlags,
  GroupQueue,
  type NewEvent,
  On,
  OnRejection,
  OnWakeUp,
  type ParkedLane,
  type ProcessContext,
  ProcessManager,
  Processes,
  type ProcessStatus,
  ProjectionMaintenance,
  type RecordedEvent,
  type StreamId,
  type SwitchableWork,
  TenantContext,
  WiringError,
} from '../../../lib/index.js';
import { processJob } from '../../../lib/processes/process-jobs.js';
import { TestClock } from '../../../lib/testing.js';
import { start } from '../../support/apps.js';
import { collect } from '../../support/collect.js';
import { acme, Add, Added } from '../../support/counter-app.js';
import {
  type Collecting,
  DAY_MS,
  OrderPayment,
  OrderPlaced,
  OrderShipped,
  ordersApp,
  orderStream,
  PaymentReceived,
  paymentStream,
  RequestPayment,
  ShipOrder,
} from '../../support/orders-app.js';
import { silentLogger } from '../../support/silent-logger.js';

const HOUR_MS = 3_600_000;
const note = { by: 'ann', reason: 'looked at it' };

class Switches extends FeatureFlags {
  off = new Set<SwitchableWork['kind']>();

  isOn({ kind }: SwitchableWork): boolean {
    return !this.off.has(kind);
  }
}

describe('a process manager', () => {
  let clock: TestClock;
  let app: INestApplicationContext;
  beforeEach(() => void (clock = new TestClock()));

  /** Sweeps are rare, so that a month of them takes no time. */
  const boot = async (
    managers: Provider[] = [OrderPayment],
    options: EventSourcingModuleOptions = {},
  ): Promise<void> => {
    const root = ordersApp({ sweepIntervalMs: DAY_MS, ...options }, managers);
    app = await start(root, (builder) => builder.setLogger(silentLogger).overrideProvider(Clock).useValue(clock));
  };
  const append = (stream: StreamId, data: object, more: Omit<NewEvent, 'data'> = {}): Promise<unknown> =>
    app.get(EventStore).append(stream, [{ data, ...more }]);
  const events = async (stream: StreamId): Promise<readonly string[]> =>
    (await collect(app.get(EventStore).read(stream))).map(({ type }) => type);
  const status = (id: string, manager = OrderPayment): Promise<ProcessStatus<Collecting> | undefined> =>
    app.get(Processes).get(manager, id, { tenantId: acme });
  const jobs = async (): Promise<number> => (await app.get(GroupQueue).depth()).jobs;
  const parked = (): Promise<readonly ParkedLane[]> => app.get(GroupQueue).control.parkedLanes();

  it('waits thirty days, reminds every day on time, and gives up', async () => {
    await boot();
    const begin = clock.now();
    await append(orderStream('o1'), OrderPlaced.of(100));
    await append(orderStream('paid'), OrderPlaced.of(100));
    await clock.advance(2.5 * DAY_MS);
    expect(await status('o1')).toMatchObject({ state: { total: 100, reminders: 2 }, commandsUnderWay: 0 });
    expect((await status('o1'))!.wakeUps).toEqual(
      new Map([
        ['remind', new Date(begin + 3 * DAY_MS)],
        ['give-up', new Date(begin + 30 * DAY_MS)],
      ]),
    );
    await append(paymentStream('p1'), PaymentReceived.of('paid'));
    await clock.advance(30 * DAY_MS);

    const unpaid = await collect(app.get(EventStore).read(orderStream('o1')));
    expect(unpaid.map(({ type }) => type)).toEqual([
      'order.placed',
      ...Array.from({ length: 29 }, () => 'order.reminded'),
      'order.cancelled',
    ]);
    expect(unpaid.map(({ recordedAt }) => (recordedAt.getTime() - begin) / DAY_MS)).toEqual(
      Array.from({ length: 31 }, (_, day) => day),
    );
    expect(await events(orderStream('paid'))).toEqual([
      'order.placed',
      'order.reminded',
      'order.reminded',
      'order.shipped',
    ]);
    expect(await status('paid')).toMatchObject({ state: null, wakeUps: new Map(), commandsUnderWay: 0 });
    expect(await jobs()).toBe(0);
  });

  it('is told when a command is rejected, with the command and the reason', async () => {
    await boot();
    await append(orderStream('o1'), OrderPlaced.of(1_001));
    await clock.advance(0);
    const [, cancelled] = await collect(app.get(EventStore).read(orderStream('o1')));
    expect(cancelled).toMatchObject({ type: 'order.cancelled', data: { reason: 'TOO_MUCH' } });
    expect(await events(paymentStream('pay-o1'))).toEqual([]);
    expect(await jobs()).toBe(0);
  });

  it('does not begin with an event that starts none, and begins anew after its end', async () => {
    await boot();
    await append(paymentStream('p1'), PaymentReceived.of('o1'));
    await clock.advance(0);
    expect(await status('o1')).toMatchObject({ state: null, sequence: 1 });
    await append(orderStream('o1'), OrderPlaced.of(5));
    await clock.advance(0);
    await append(paymentStream('p2'), PaymentReceived.of('o1'));
    await append(orderStream('o1'), OrderPlaced.of(7));
    await clock.advance(0);
    expect((await status('o1'))!.state).toEqual({ total: 7, reminders: 0 });
    expect(await status('unknown')).toBeUndefined();
  });

  it('carries tenant, user, correlation and trace from the event to what its commands store', async () => {
    await boot();
    const metadata = { correlationId: 'request-1', userId: 'ann', traceparent: '00-1' };
    await append(orderStream('o1'), OrderPlaced.of(5), { metadata });
    await clock.advance(DAY_MS);
    const [placed, reminded] = await collect(app.get(EventStore).read(orderStream('o1')));
    const [requested] = await collect(app.get(EventStore).read(paymentStream('pay-o1')));
    expect([requested!.metadata, reminded!.metadata]).toMatchObject([metadata, metadata]);
    expect(requested!.metadata.causationId).not.toBe(placed!.id);
  });

  it('goes on while a command of it waits', async () => {
    await boot();
    await app.get(GroupQueue).control.pause({ pipeline: 'payments' }, note);
    await append(orderStream('o1'), OrderPlaced.of(5));
    await clock.advance(3 * DAY_MS);
    expect(await status('o1')).toMatchObject({ state: { reminders: 3 }, commandsUnderWay: 1 });
    await app.get(GroupQueue).control.resume({ pipeline: 'payments' }, note);
    await clock.advance(0);
    expect(await status('o1')).toMatchObject({ commandsUnderWay: 0 });
    expect(await events(paymentStream('pay-o1'))).toEqual(['payment.requested']);
  });

  describe('a wake-up that is taken back in a race', () => {
    it('is nobody’s when it came due before the process knew', async () => {
      const flags = new Switches();
      await boot([OrderPayment], { featureFlags: flags, flagCacheMs: 1, flagRecheckMs: HOUR_MS });
      await append(orderStream('o1'), OrderPlaced.of(5));
      await clock.advance(DAY_MS / 2);
      flags.off.add('process');
      // Into the inbox first the payment, then the wake-up.
      await append(paymentStream('p1'), PaymentReceived.of('o1'));
      await clock.advance(DAY_MS);
      flags.off.clear();
      await clock.advance(2 * HOUR_MS);
      expect(await events(orderStream('o1'))).toEqual(['order.placed', 'order.shipped']);
      expect(await status('o1')).toMatchObject({ state: null });
      expect(await jobs()).toBe(0);
    });

    it('is nobody’s when the queue comes to it late', async () => {
      const flags = new Switches();
      await boot([OrderPayment], { featureFlags: flags, flagCacheMs: 1, flagRecheckMs: HOUR_MS });
      await append(orderStream('o1'), OrderPlaced.of(5));
      await clock.advance(DAY_MS / 2);
      flags.off.add('timer');
      await clock.advance(DAY_MS);
      await append(paymentStream('p1'), PaymentReceived.of('o1'));
      await clock.advance(HOUR_MS);
      flags.off.clear();
      await clock.advance(2 * HOUR_MS);
      expect(await events(orderStream('o1'))).toEqual(['order.placed', 'order.shipped']);
      expect(await jobs()).toBe(0);
    });
  });

  it('is told once of each of 10,000 wake-ups that are due at once', async () => {
    let woken = 0;
    @ProcessManager({ name: 'sleepers', maxKeys: 1_000 })
    class Sleepers {
      initialState(): object {
        return {};
      }
      @On(OrderPlaced, { key: ({ data }) => Array.from({ length: 1_000 }, (_, nth) => `${data.total}-${nth}`) })
      placed(state: object, _event: RecordedEvent<OrderPlaced>, context: ProcessContext): object {
        context.schedule('ring', { afterMs: DAY_MS });
        return state;
      }
      @OnWakeUp('ring')
      ring(): null {
        woken += 1;
        return null;
      }
    }
    await boot([Sleepers]);
    for (let nth = 0; nth < 10; nth += 1) await append(orderStream('o1'), OrderPlaced.of(nth));
    await clock.advance(DAY_MS - 1);
    expect([woken, await jobs()]).toEqual([0, 10_000]);
    await clock.advance(1);
    expect([woken, await jobs()]).toEqual([10_000, 0]);
  });

  describe('a method that fails', () => {
    /** Fails at totals below 0, as it is told to. */
    const failing = (fail: () => unknown): typeof OrderPayment => {
      @ProcessManager({ name: 'order_payment', maxAttempts: 3 })
      class Failing extends OrderPayment {
        @On(OrderPlaced)
        override placed(state: Collecting, event: RecordedEvent<OrderPlaced>, context: ProcessContext): Collecting {
          context.send(ShipOrder.of(context.processId));
          context.schedule('remind', { afterMs: 1 });
          return event.data.total < 0 ? (fail() as Collecting) : super.placed(state, event, context);
        }
      }
      return Failing;
    };

    it('is tried again, then parks its process alone, which keeps what it is told; an operator lets it go on', async () => {
      let isBroken = true;
      await boot([
        failing(() => {
          if (isBroken) throw new TypeError('broken');
          return { total: 1, reminders: 10 };
        }),
      ]);
      await append(orderStream('o1'), OrderPlaced.of(-1));
      await append(orderStream('o2'), OrderPlaced.of(1));
      await append(paymentStream('p1'), PaymentReceived.of('o1'));
      await clock.advance(60_000);
      const [lane, ...others] = await parked();
      expect(others).toEqual([]);
      expect(lane).toMatchObject({ lane: { kind: 'process', component: 'order_payment', id: 'o1' }, attempts: 3 });
      expect([await events(orderStream('o1')), await events(orderStream('o2'))]).toEqual([
        ['order.placed'],
        ['order.placed', 'order.shipped'],
      ]);
      isBroken = false;
      await app.get(GroupQueue).control.retryLane(lane!.lane, note);
      await clock.advance(0);
      expect(await events(orderStream('o1'))).toEqual(['order.placed', 'order.shipped', 'order.shipped']);
      expect(await jobs()).toBe(2);
    });

    it('gets one job more at most while it stands still, however often everything is compared with the log', async () => {
      @ProcessManager({ name: 'order_payment', maxAttempts: 1 })
      class Failing extends OrderPayment {
        @OnWakeUp('remind')
        override remind(): never {
          throw new TypeError('broken');
        }
      }
      await boot([Failing]);
      await append(orderStream('o1'), OrderPlaced.of(1));
      // Both of its wake-ups come due.
      await clock.advance(31 * DAY_MS);
      const [{ jobs: waiting }, ...others] = (await parked()) as [ParkedLane];
      expect([waiting, others]).toEqual([2, []]);
      for (let times = 0; times < 5; times += 1) {
        await app.get(ProjectionMaintenance).reconcile();
        await clock.advance(0);
      }
      const [{ jobs }] = (await parked()) as [ParkedLane];
      expect(jobs).toBe(waiting + 1);
    });

    it('passes what an operator skips, for ever', async () => {
      const manager = failing(() => {
        throw new TypeError('broken');
      });
      await boot([manager]);
      await append(orderStream('o1'), OrderPlaced.of(-1));
      await append(orderStream('o1'), OrderPlaced.of(5));
      await clock.advance(60_000);
      const [lane] = await parked();
      expect(await app.get(GroupQueue).control.skipJob(lane!.lane, note)).toBe(true);
      await clock.advance(0);
      expect(await status('o1', manager)).toMatchObject({ state: { total: 5 } });
      expect(await parked()).toEqual([]);
    });

    it('passes what was skipped also when a job for it comes again, as from a sweep', async () => {
      const manager = failing(() => {
        throw new TypeError('broken');
      });
      await boot([manager]);
      await append(orderStream('o1'), OrderPlaced.of(-1));
      await clock.advance(60_000);
      const [lane] = await parked();
      await app.get(GroupQueue).control.skipJob(lane!.lane, note);
      await clock.advance(0);
      const { tenantId, component: name, id } = lane!.lane;
      await app.get(GroupQueue).stage([processJob({ name, tenantId, id }, { from: 1, to: 1, events: null })]);
      await clock.advance(0);
      expect(await parked()).toEqual([]);
      expect(await jobs()).toBe(0);
      expect(await status('o1', manager)).toMatchObject({ sequence: 1 });
    });

    it.each<[string, string, (context: ProcessContext) => unknown]>([
      ['returns undefined', 'InvalidProcessResultError', () => undefined],
      ['returns a promise', 'InvalidProcessResultError', () => Promise.reject(new Error('late'))],
      ['returns what is no JSON', 'InvalidProcessResultError', () => ({ at: new Date() })],
      ['returns more than its bound', 'InvalidProcessResultError', () => ({ text: 'x'.repeat(65_536) })],
      ['sends a command that nobody handles', 'UnhandledCommandError', ({ send }) => send(Add.of('c1', 1))],
      ['sends what is no command', 'UnhandledCommandError', ({ send }) => send(null as never)],
      ['sends an invalid command', 'InvalidCommandError', ({ send }) => send(RequestPayment.of('o1', 0.5))],
      [
        'sends a command of another tenant',
        'InvalidCommandError',
        ({ send }) => send(Object.assign(ShipOrder.of('o1'), { tenantId: 'other' })),
      ],
      [
        'sends too many commands',
        'ProcessLimitError',
        ({ send }) => Array.from({ length: 101 }, () => send(ShipOrder.of('o1'))),
      ],
      [
        'schedules what it has no method for',
        'UnknownWakeUpError',
        ({ schedule }) => schedule('never', { afterMs: 1 }),
      ],
      ['cancels what it has no method for', 'UnknownWakeUpError', ({ cancel }) => cancel('toString')],
      ['schedules for no time', 'InvalidArgumentError', ({ schedule }) => schedule('remind', { afterMs: -1 })],
      ['schedules for no date', 'InvalidArgumentError', ({ schedule }) => schedule('remind', { at: new Date(NaN) })],
    ])('parks at once when it %s', async (_, error, act) => {
      @ProcessManager({ name: 'order_payment' })
      class Wrong extends OrderPayment {
        @On(OrderPlaced)
        override placed(state: Collecting, _event: RecordedEvent<OrderPlaced>, context: ProcessContext): Collecting {
          const result = act(context);
          return (error === 'InvalidProcessResultError' ? result : state) as Collecting;
        }
      }
      await boot([Wrong]);
      await append(orderStream('o1'), OrderPlaced.of(5));
      await clock.advance(0);
      const [lane] = await parked();
      expect(lane).toMatchObject({ attempts: 1, failures: [{ error: expect.stringContaining(`${error}:`) }] });
      expect(await status('o1', Wrong)).toBeUndefined();
      expect(await events(orderStream('o1'))).toEqual(['order.placed']);
    });

    it('does nothing with a context that it has kept', async () => {
      let kept: ProcessContext | undefined;
      @ProcessManager({ name: 'order_payment' })
      class Keeping extends OrderPayment {
        @On(OrderPlaced)
        override placed(state: Collecting, _event: RecordedEvent<OrderPlaced>, context: ProcessContext): Collecting {
          kept = context;
          return state;
        }
      }
      await boot([Keeping]);
      await append(orderStream('o1'), OrderPlaced.of(5));
      await clock.advance(0);
      expect(() => kept!.send(ShipOrder.of('o1'))).toThrow(/must not be used once/);
    });
  });

  it('parks the route of an aggregate whose event it has no key for, and nothing else', async () => {
    @ProcessManager({ name: 'by_total' })
    class ByTotal extends OrderPayment {
      @On(OrderPlaced, { key: ({ data }) => (data.total < 0 ? (undefined as never) : `t${data.total}`) })
      override placed(state: Collecting): Collecting {
        return state;
      }
    }
    await boot([ByTotal]);
    await append(orderStream('o1'), OrderPlaced.of(-1));
    await append(orderStream('o2'), OrderPlaced.of(1));
    await clock.advance(0);
    const [lane] = await parked();
    expect(lane).toMatchObject({
      lane: { kind: 'route', id: 'o1' },
      failures: [{ error: expect.stringContaining('InvalidKeyError') }],
    });
    expect(await status('t1', ByTotal)).toMatchObject({ sequence: 1 });
    await app.get(GroupQueue).control.skipJob(lane!.lane, note);
    await append(orderStream('o1'), OrderPlaced.of(2));
    await clock.advance(0);
    expect(await status('t2', ByTotal)).toMatchObject({ sequence: 1 });
  });

  it('is refused at boot when it is wired wrongly', async () => {
    @ProcessManager({ name: 'a@1', maxKeys: 0 })
    class Wrong {
      initialState(): object {
        return {};
      }
      @On(Added)
      @On(OrderShipped, { key: 'id' as never })
      one(state: object): object {
        return state;
      }
      @On(OrderShipped)
      other(state: object): object {
        return state;
      }
      @OnRejection(Add)
      refused(state: object): object {
        return state;
      }
      @OnWakeUp('$own')
      woken(state: object): object {
        return state;
      }
    }
    @ProcessManager({ name: 'order_payment' })
    class Same {
      initialState(): object {
        return {};
      }
    }
    const error = await boot([OrderPayment, Wrong, Same]).catch((one: unknown) => one);
    expect(error).toBeInstanceOf(WiringError);
    expect((error as WiringError).problems).toEqual([
      'The name of Wrong must not contain @, as versions of projections do.',
      'The maxKeys of Wrong must be an integer from 1 to 1000, not 0.',
      'The key of order.shipped of Wrong must be a function, not string.',
      'Wrong is told Added, which no pipeline declares: add it to the events of one.',
      'Wrong is told OrderShipped twice, in one() and other(): keep one.',
      'The wake-up of Wrong must not begin with $.',
      'Wrong is told rejections of Add, which no @CommandHandler handles.',
      'Same is told no event: mark methods with @On().',
      "The process manager 'order_payment' is used by OrderPayment and Same: give each its own.",
    ]);
  });

  it('tells where it stands to its tenant, and of known classes only', async () => {
    await boot();
    await append(orderStream('o1'), OrderPlaced.of(5));
    await clock.advance(0);
    const processes = app.get(Processes);
    const inside = await TenantContext.run({ tenantId: acme }, () => processes.get(OrderPayment, 'o1'));
    expect(inside).toMatchObject({ state: { total: 5 } });
    expect(await processes.get(OrderPayment, 'o1', { tenantId: 'other' as typeof acme })).toBeUndefined();
    await expect(processes.get(OrderPayment, 'o1')).rejects.toMatchObject({ code: 'INVALID_TENANT' });
    await expect(processes.get(class extends OrderPayment {}, 'o1')).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
    });
  });
});

import { AssertionError } from 'node:assert';
import { describe, expect, it } from 'vitest';
import { On, type ProcessContext, ProcessManager, type RecordedEvent } from '../../../lib/index.js';
import { rejection, specifyProcess, wakeUp } from '../../../lib/testing.js';
import {
  CancelOrder,
  type Collecting,
  DAY_MS,
  OrderPayment,
  OrderPlaced,
  PaymentReceived,
  Remind,
  RequestPayment,
  ShipOrder,
} from '../../support/orders-app.js';

describe('specifyProcess', () => {
  const given = specifyProcess(new OrderPayment(), { processId: 'o1', time: 0 }).given;

  it('compares what is sent, what is scheduled, and the state', () => {
    given()
      .when(OrderPlaced.of(100))
      .thenSends(RequestPayment.of('o1', 100))
      .thenSchedules('remind', { afterMs: DAY_MS })
      .thenSchedules('give-up', { at: new Date(30 * DAY_MS) })
      .thenState({ total: 100, reminders: 0 });
    given(OrderPlaced.of(100), wakeUp('remind'))
      .when(wakeUp('remind'))
      .thenSends(Remind.of('o1', 2))
      .thenSchedules('remind', { at: new Date(3 * DAY_MS) })
      .thenState({ total: 100, reminders: 2 });
    given(OrderPlaced.of(100), wakeUp('give-up')).when(PaymentReceived.of('o1')).thenNothing();
  });

  it('tells of the end, of wake-ups that are taken back, and of commands that were not carried out', () => {
    given(OrderPlaced.of(100))
      .when(PaymentReceived.of('o1'))
      .thenSends(ShipOrder.of('o1'))
      .thenCancels('remind')
      .thenCancels('give-up')
      .thenEnds();
    given(OrderPlaced.of(2_000))
      .when(rejection(RequestPayment.of('o1', 2_000), { reason: 'TOO_MUCH' }))
      .thenSends(CancelOrder.of('o1', 'TOO_MUCH'))
      .thenEnds();
    given(PaymentReceived.of('o1')).when(PaymentReceived.of('o1')).thenNothing();
  });

  it('fails when something else is decided', () => {
    const placed = given().when(OrderPlaced.of(100));
    expect(() => placed.thenSends()).toThrow(AssertionError);
    expect(() => placed.thenSends(RequestPayment.of('o1', 101))).toThrow(AssertionError);
    expect(() => placed.thenSends(Remind.of('o1', 100))).toThrow(AssertionError);
    expect(() => placed.thenSchedules('remind', { afterMs: DAY_MS + 1 })).toThrow(AssertionError);
    expect(() => placed.thenCancels('remind')).toThrow(/was not scheduled before/);
    expect(() => placed.thenState({ total: 100, reminders: 1 })).toThrow(AssertionError);
    expect(() => placed.thenEnds()).toThrow(/goes on/);
    expect(() => placed.thenNothing()).toThrow(AssertionError);
    expect(() => placed.thenFails()).toThrow(/did not fail/);
    const reminded = given(OrderPlaced.of(100)).when(wakeUp('remind'));
    expect(() => reminded.thenSchedules('give-up', { afterMs: 29 * DAY_MS })).toThrow(/was not scheduled/);
    expect(() => reminded.thenCancels('give-up')).toThrow(/still scheduled/);
  });

  it('fails when it is told what cannot be', () => {
    expect(() => given().when(wakeUp('remind'))).toThrow(/is not scheduled/);
    const ended = given(OrderPlaced.of(1), PaymentReceived.of('o1'));
    expect(() => ended.when(wakeUp('remind'))).toThrow(/is not scheduled/);
    expect(() => given(OrderPlaced.of(1)).when(rejection(ShipOrder.of('o1')))).toThrow(/was not sent/);
    expect(() => given().when({})).toThrow(/is no event/);
  });

  it('shows what a method throws, and that nothing of it counts', () => {
    @ProcessManager({ name: 'broken' })
    class Broken extends OrderPayment {
      @On(OrderPlaced)
      override placed(state: Collecting, _event: RecordedEvent<OrderPlaced>, context: ProcessContext): Collecting {
        context.send(ShipOrder.of('o1'));
        context.schedule('never', { afterMs: 1 });
        return state;
      }
    }
    const placed = specifyProcess(new Broken()).given().when(OrderPlaced.of(1));
    placed.thenFails().thenFails('UNKNOWN_WAKE_UP');
    expect(() => placed.thenFails('ANOTHER')).toThrow(/has no method/);
    expect(() => placed.thenNothing()).toThrow(/has no method/);
  });
});

import { beforeAll, describe, expect, it } from 'vitest';
import { CommandRejectedError, InvalidArgumentError } from '../../../lib/index.js';
import { type EventMatchers, eventMatchers } from '../../../lib/testing.js';
import { AccountOpened, MoneyDeposited } from '../../support/bank-account.js';

declare module 'vitest' {
  interface Matchers<T> extends EventMatchers {}
}

const recorded = (data: object): object => ({ sequence: 1, metadata: {}, data });

describe('the matchers', () => {
  beforeAll(() => expect.extend(eventMatchers));

  it('compare events by their class and data, recorded or not', () => {
    expect(recorded(AccountOpened.of(5))).toBeEvent(AccountOpened.of(5));
    expect(AccountOpened.of(5)).toBeEvent(AccountOpened.of(5));
    expect(AccountOpened.of(5)).not.toBeEvent(AccountOpened.of(6));
    expect(MoneyDeposited.of(5)).not.toBeEvent(AccountOpened.of(5));
    for (const none of [undefined, null, 5, {}, { data: null }, { data: { initialDeposit: 5 } }]) {
      expect(none).not.toBeEvent(AccountOpened.of(5));
    }
    const events = [AccountOpened.of(5), recorded(MoneyDeposited.of(1))];
    expect(events).toBeEvents([AccountOpened.of(5), MoneyDeposited.of(1)]);
    expect(events).not.toBeEvents([MoneyDeposited.of(1), AccountOpened.of(5)]);
    expect(events).not.toBeEvents([AccountOpened.of(5)]);
    expect('none').not.toBeEvents([]);
  });

  it('know rejections by their reasons, and errors by their codes', async () => {
    const rejected = new CommandRejectedError('No', { reason: 'INSUFFICIENT_FUNDS' });
    expect(rejected).toBeRejection();
    expect(rejected).toBeRejection('INSUFFICIENT_FUNDS');
    expect(rejected).not.toBeRejection('CLOSED');
    expect(new Error('No')).not.toBeRejection();
    await expect(Promise.reject(rejected)).rejects.toBeRejection('INSUFFICIENT_FUNDS');
    expect(new InvalidArgumentError('limit', 'must be one')).toHaveCode('INVALID_ARGUMENT');
    expect(new Error('INVALID_ARGUMENT')).not.toHaveCode('INVALID_ARGUMENT');
  });

  it('say what they found, and what they should have', () => {
    expect(() => expect(AccountOpened.of(5)).toBeEvent(AccountOpened.of(6))).toThrow(
      /initialDeposit: 5.*to be the event.*initialDeposit: 6/s,
    );
    expect(() => expect(AccountOpened.of(5)).not.toBeEvent(AccountOpened.of(5))).toThrow(/not to be the event/);
    expect(() => expect(new Error('x')).toBeRejection()).toThrow(/to be a CommandRejectedError/);
    expect(() => expect(AccountOpened.of(5)).toBeEvent({ initialDeposit: 5 })).toThrow(/DomainEvent/);
  });
});

import { AssertionError } from 'node:assert';
import { describe, expect, it } from 'vitest';
import { specifyAggregate, specifyDecider, TestClock } from '../../../lib/testing.js';
import {
  accountDecider,
  AccountClosed,
  AccountOpened,
  BankAccount,
  MoneyDeposited,
  MoneyWithdrawn,
} from '../../support/bank-account.js';

describe('specifyDecider', () => {
  const given = specifyDecider(accountDecider).given;

  it('compares what is decided, and the state after it', () => {
    given(AccountOpened.of(100))
      .when({ type: 'withdraw', amount: 30 })
      .thenEvents(MoneyWithdrawn.of(30))
      .thenState({ balance: 70, isOpen: true, trail: 3070 });
    given(AccountOpened.of(100)).when({ type: 'nothing' }).thenNothing();
    given().when({ type: 'deposit', amount: 1 }).thenRejects('Account not open').thenRejects();
  });

  it('fails when something else is decided, nothing, or another reason', () => {
    const withdraw = given(AccountOpened.of(100)).when({ type: 'withdraw', amount: 30 });
    expect(() => withdraw.thenEvents(MoneyWithdrawn.of(31))).toThrow(AssertionError);
    expect(() => withdraw.thenEvents(MoneyDeposited.of(30))).toThrow(AssertionError);
    expect(() => withdraw.thenNothing()).toThrow(AssertionError);
    expect(() => withdraw.thenRejects()).toThrow(AssertionError);
    expect(() => withdraw.thenState({ balance: 0, isOpen: true, trail: 0 })).toThrow(AssertionError);
    const rejected = given().when({ type: 'deposit', amount: 1 });
    expect(() => rejected.thenNothing()).toThrow(/It was rejected/);
    expect(() => rejected.thenRejects('another')).toThrow(AssertionError);
  });

  it('shows what a decider throws that is no rejection', () => {
    const broken = {
      ...accountDecider,
      decide: () => {
        throw new TypeError('broken');
      },
    };
    const decided = specifyDecider(broken).given().when({ type: 'nothing' });
    expect(() => decided.thenRejects()).toThrow(TypeError);
    expect(() => decided.thenEvents()).toThrow(TypeError);
  });
});

describe('specifyAggregate', () => {
  it('compares what is raised, and the state after it', () => {
    const opened = specifyAggregate(BankAccount).given(AccountOpened.of(5));
    opened
      .when((account) => {
        account.withdraw(5);
        account.close();
      })
      .thenEvents(MoneyWithdrawn.of(5), new AccountClosed())
      .thenState({ balance: 0, isOpen: false, trail: 4657 });
    opened.when((account) => account.close()).thenRejects('Cannot close account with positive balance');
    expect(() => opened.when((account) => account.deposit(1)).thenEvents(MoneyDeposited.of(2))).toThrow(AssertionError);
  });
});

describe('TestClock', () => {
  it('runs 30 days of timers in order, with what they set in motion', async () => {
    const clock = new TestClock(0);
    const seen: string[] = [];
    const day = 86_400_000;
    const daily = (): void => {
      seen.push(`day ${clock.now() / day}`);
      void Promise.resolve().then(() => clock.schedule(day, daily));
    };
    clock.schedule(day, daily);
    clock.schedule(day * 1.5, () => seen.push('once'));
    const cancel = clock.schedule(day * 2.5, () => seen.push('never'));
    await clock.advance(day * 2);
    cancel();
    await clock.advance(day * 28);
    expect(seen.slice(0, 4)).toEqual(['day 1', 'once', 'day 2', 'day 3']);
    expect(seen).toHaveLength(31);
    expect(seen).not.toContain('never');
    expect(clock.now()).toBe(30 * day);
  });
});

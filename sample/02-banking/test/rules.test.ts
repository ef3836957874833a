import { specifyDecider } from '@event-sourcing/nestjs/testing';
import { describe, expect, it } from 'vitest';
import type { CommandData } from '../src/account/bank-command.js';
import { AccountClosed } from '../src/account/events/account-closed.event.js';
import { AccountOpened } from '../src/account/events/account-opened.event.js';
import { MoneyDeposited } from '../src/account/events/money-deposited.event.js';
import { MoneyTransferred } from '../src/account/events/money-transferred.event.js';
import { MoneyWithdrawn } from '../src/account/events/money-withdrawn.event.js';
import { CloseAccount } from '../src/features/close-account/close-account.command.js';
import { closeAccount } from '../src/features/close-account/close-account.decider.js';
import { DepositMoney } from '../src/features/deposit-money/deposit-money.command.js';
import { depositMoney } from '../src/features/deposit-money/deposit-money.decider.js';
import { OpenAccount } from '../src/features/open-account/open-account.command.js';
import { openAccount } from '../src/features/open-account/open-account.decider.js';
import { TransferMoney } from '../src/features/transfer-money/transfer-money.command.js';
import { transferMoney } from '../src/features/transfer-money/transfer-money.decider.js';
import { WithdrawMoney } from '../src/features/withdraw-money/withdraw-money.command.js';
import { withdrawMoney } from '../src/features/withdraw-money/withdraw-money.decider.js';
import { OF_ACME, opened } from './support/given.js';

type Rest<C> = Omit<CommandData<C>, keyof typeof OF_ACME>;

const deposited = (accountId: string, amountCents: number) =>
  new MoneyDeposited({ accountId, amountCents, currency: 'USD' });
const withdrawn = (accountId: string, amountCents: number) =>
  new MoneyWithdrawn({ accountId, amountCents, currency: 'USD' });
const transferred = (fromAccountId: string, toAccountId: string, amountCents: number) =>
  new MoneyTransferred({ fromAccountId, toAccountId, amountCents, currency: 'USD' });
const closed = (accountId: string) => new AccountClosed({ accountId });

describe('opening an account', () => {
  const open = (rest: Partial<Rest<OpenAccount>> = {}) =>
    new OpenAccount({ ...OF_ACME, accountId: 'ann', customerName: 'Ann Smith', ...rest });
  const given = specifyDecider(openAccount).given;
  const event = {
    accountId: 'ann',
    customerName: 'Ann Smith',
    accountType: 'checking',
    currency: 'USD',
    initialDepositCents: 0,
  } as const;

  it('gives a checking account in dollars, with nothing in it, unless told otherwise', () => {
    given().when(open()).thenEvents(new AccountOpened(event));
    const told = { accountType: 'savings', currency: 'EUR', initialDepositCents: 1_000 } as const;
    given()
      .when(open(told))
      .thenEvents(new AccountOpened({ ...event, ...told }));
  });

  it('takes a name without the spaces around it', () => {
    given()
      .when(open({ customerName: '  Ann \t Smith ' }))
      .thenEvents(new AccountOpened(event));
  });

  it.each(['', ' ', 'A', ' A '])('refuses the name "%s", which is too short', (customerName) => {
    given().when(open({ customerName })).thenRejects('NAME_TOO_SHORT');
  });

  it('takes an initial deposit of 0 up to 1,000,000.00', () => {
    const initialDepositCents = 100_000_000;
    given()
      .when(open({ initialDepositCents }))
      .thenEvents(new AccountOpened({ ...event, initialDepositCents }));
    given()
      .when(open({ initialDepositCents: 100_000_001 }))
      .thenRejects('AMOUNT_TOO_HIGH');
    given()
      .when(open({ initialDepositCents: -1 }))
      .thenRejects('AMOUNT_NEGATIVE');
  });

  it('refuses a name that an account has, or had before it was closed', () => {
    given(opened('bob')).when(open()).thenRejects('NAME_TAKEN');
    given(opened('bob'), closed('bob')).when(open()).thenRejects('NAME_TAKEN');
  });

  it('refuses an account that there is', () => {
    given(opened('ann')).when(open()).thenRejects('ACCOUNT_EXISTS');
  });

  it.each(['ann smith', 'ANN SMITH', ' Ann   Smith', 'Ann Smith'])('decides on all that has the name "%s"', (name) => {
    expect(openAccount.context(open({ customerName: name }))).toEqual(openAccount.context(open()));
  });

  it('decides on different things for different names', () => {
    expect(openAccount.context(open({ customerName: 'Ann Smyth' }))).not.toEqual(openAccount.context(open()));
    const [one, other] = ['Jos\u00e9', 'Jose\u0301'];
    expect(one).not.toBe(other);
    expect(openAccount.context(open({ customerName: one }))).toEqual(
      openAccount.context(open({ customerName: other })),
    );
  });
});

describe('depositing', () => {
  const deposit = (amountCents: number, rest: Partial<Rest<DepositMoney>> = {}) =>
    new DepositMoney({ ...OF_ACME, accountId: 'ann', amountCents, ...rest });
  const given = specifyDecider(depositMoney).given;

  it('adds 0.01 up to 1,000,000.00 to the balance', () => {
    given(opened('ann')).when(deposit(1)).thenEvents(deposited('ann', 1));
    given(opened('ann')).when(deposit(100_000_000)).thenEvents(deposited('ann', 100_000_000));
    given(opened('ann')).when(deposit(100_000_001)).thenRejects('AMOUNT_TOO_HIGH');
    given(opened('ann', 5))
      .when(deposit(7))
      .thenState({ ann: account('ann', 12) });
  });

  it.each([0, -1])('refuses %d cents', (amountCents) => {
    given(opened('ann')).when(deposit(amountCents)).thenRejects('AMOUNT_NOT_POSITIVE');
  });

  it('refuses an account that there is not, or that is closed', () => {
    given().when(deposit(1)).thenRejects('ACCOUNT_NOT_FOUND');
    given(opened('ann'), closed('ann')).when(deposit(1)).thenRejects('ACCOUNT_CLOSED');
  });

  it('takes the currency of the account and no other', () => {
    given(opened('ann', 0, 'EUR'))
      .when(deposit(1))
      .thenEvents(new MoneyDeposited({ accountId: 'ann', amountCents: 1, currency: 'EUR' }));
    given(opened('ann'))
      .when(deposit(1, { currency: 'USD' }))
      .thenEvents(deposited('ann', 1));
    given(opened('ann'))
      .when(deposit(1, { currency: 'GBP' }))
      .thenRejects('CURRENCY_MISMATCH');
  });
});

describe('withdrawing', () => {
  const withdraw = (amountCents: number, rest: Partial<Rest<WithdrawMoney>> = {}) =>
    new WithdrawMoney({ ...OF_ACME, accountId: 'ann', amountCents, ...rest });
  const given = specifyDecider(withdrawMoney).given;

  it('takes 0.01 up to 10,000.00 at a time', () => {
    given(opened('ann', 1)).when(withdraw(1)).thenEvents(withdrawn('ann', 1));
    given(opened('ann', 2_000_000)).when(withdraw(1_000_000)).thenEvents(withdrawn('ann', 1_000_000));
    given(opened('ann', 2_000_000)).when(withdraw(1_000_001)).thenRejects('AMOUNT_TOO_HIGH');
  });

  it.each([0, -1])('refuses %d cents', (amountCents) => {
    given(opened('ann', 10)).when(withdraw(amountCents)).thenRejects('AMOUNT_NOT_POSITIVE');
  });

  it('refuses more than there is, whichever way that came and went', () => {
    const history = [
      opened('ann', 100),
      deposited('ann', 50),
      withdrawn('ann', 30),
      transferred('ann', 'bob', 20),
      transferred('eve', 'ann', 7),
    ];
    given(...history)
      .when(withdraw(107))
      .thenState({ ann: account('ann', 0) });
    given(...history)
      .when(withdraw(108))
      .thenRejects('INSUFFICIENT_FUNDS');
  });

  it('refuses an account that there is not, that is closed, or that holds another currency', () => {
    given().when(withdraw(1)).thenRejects('ACCOUNT_NOT_FOUND');
    given(opened('ann'), closed('ann')).when(withdraw(1)).thenRejects('ACCOUNT_CLOSED');
    given(opened('ann', 9))
      .when(withdraw(1, { currency: 'EUR' }))
      .thenRejects('CURRENCY_MISMATCH');
  });
});

describe('transferring', () => {
  const transfer = (amountCents: number, rest: Partial<Rest<TransferMoney>> = {}) =>
    new TransferMoney({ ...OF_ACME, fromAccountId: 'ann', toAccountId: 'bob', amountCents, ...rest });
  const given = specifyDecider(transferMoney).given;

  it('moves 0.01 up to 50,000.00 at a time', () => {
    given(opened('ann', 1), opened('bob'))
      .when(transfer(1))
      .thenEvents(transferred('ann', 'bob', 1))
      .thenState({ ann: account('ann', 0), bob: account('bob', 1) });
    const rich = [opened('ann', 9_000_000), opened('bob')];
    given(...rich)
      .when(transfer(5_000_000))
      .thenEvents(transferred('ann', 'bob', 5_000_000));
    given(...rich)
      .when(transfer(5_000_001))
      .thenRejects('AMOUNT_TOO_HIGH');
  });

  it.each([0, -1])('refuses %d cents', (amountCents) => {
    given(opened('ann', 10), opened('bob')).when(transfer(amountCents)).thenRejects('AMOUNT_NOT_POSITIVE');
  });

  it('refuses more than there is', () => {
    given(opened('ann', 10), opened('bob', 99)).when(transfer(11)).thenRejects('INSUFFICIENT_FUNDS');
  });

  it('refuses to move money to where it is', () => {
    given(opened('ann', 10))
      .when(transfer(1, { toAccountId: 'ann' }))
      .thenRejects('SAME_ACCOUNT');
  });

  it.each(['ann', 'bob'])('refuses when %s is no account, or a closed one', (missing) => {
    const there = ['ann', 'bob'].filter((id) => id !== missing).map((id) => opened(id, 10));
    given(...there)
      .when(transfer(1))
      .thenRejects('ACCOUNT_NOT_FOUND');
    given(...there, opened(missing), closed(missing))
      .when(transfer(1))
      .thenRejects('ACCOUNT_CLOSED');
  });

  it('exchanges no money', () => {
    given(opened('ann', 10), opened('bob', 0, 'EUR'))
      .when(transfer(1))
      .thenRejects('CURRENCY_MISMATCH');
    given(opened('ann', 10), opened('bob'))
      .when(transfer(1, { currency: 'EUR' }))
      .thenRejects('CURRENCY_MISMATCH');
  });
});

describe('closing', () => {
  const close = () => new CloseAccount({ ...OF_ACME, accountId: 'ann' });
  const given = specifyDecider(closeAccount).given;

  it('ends an account in which nothing is left', () => {
    given(opened('ann', 10), withdrawn('ann', 10))
      .when(close())
      .thenEvents(closed('ann'))
      .thenState({ ann: { ...account('ann', 0), isOpen: false } });
  });

  it('refuses an account with money in it, that there is not, or that is closed', () => {
    given(opened('ann', 1)).when(close()).thenRejects('ACCOUNT_NOT_EMPTY');
    given(opened('ann'), transferred('bob', 'ann', 1))
      .when(close())
      .thenRejects('ACCOUNT_NOT_EMPTY');
    given().when(close()).thenRejects('ACCOUNT_NOT_FOUND');
    given(opened('ann'), closed('ann')).when(close()).thenRejects('ACCOUNT_CLOSED');
  });
});

function account(accountId: string, balanceCents: number) {
  const { customerName, accountType, currency } = opened(accountId);
  return { customerName, accountType, currency, balanceCents, isOpen: true };
}

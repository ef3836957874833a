import { Apply, type FoldContext, type FoldHandler, FoldProjection, type RecordedEvent } from '@event-sourcing/nestjs';
import type { Currency } from '../../account/currency.js';
import { ACCOUNT_EVENTS } from '../../account/events/account-events.js';
import { AccountClosed } from '../../account/events/account-closed.event.js';
import { AccountOpened } from '../../account/events/account-opened.event.js';
import { MoneyDeposited } from '../../account/events/money-deposited.event.js';
import { MoneyTransferred } from '../../account/events/money-transferred.event.js';
import { MoneyWithdrawn } from '../../account/events/money-withdrawn.event.js';
import { monthOf } from './month-of.js';
import type { MonthlyAnalyticsState, Turnover } from './monthly-analytics.state.js';

const NOTHING: Turnover = { depositedCents: 0, withdrawnCents: 0, transferredCents: 0 };

/** One row a month, over all accounts of a bank. */
@FoldProjection({
  name: 'monthly_analytics',
  version: 1,
  events: ACCOUNT_EVENTS,
  key: ({ recordedAt }) => monthOf(recordedAt),
})
export class MonthlyAnalytics implements FoldHandler<MonthlyAnalyticsState> {
  init(): MonthlyAnalyticsState {
    return {
      month: '',
      accountsOpened: 0,
      accountsClosed: 0,
      deposits: 0,
      withdrawals: 0,
      transfers: 0,
      turnover: {},
    };
  }

  @Apply(AccountOpened)
  opened(
    state: MonthlyAnalyticsState,
    { data: { currency, initialDepositCents } }: RecordedEvent<AccountOpened>,
    { foldId: month }: FoldContext,
  ): MonthlyAnalyticsState {
    const { accountsOpened, turnover } = state;
    const moved = turned(turnover, currency, 'depositedCents', initialDepositCents);
    return { ...state, month, accountsOpened: accountsOpened + 1, turnover: moved };
  }

  @Apply(MoneyDeposited)
  deposited(
    state: MonthlyAnalyticsState,
    { data: { currency, amountCents } }: RecordedEvent<MoneyDeposited>,
    { foldId: month }: FoldContext,
  ): MonthlyAnalyticsState {
    const { deposits, turnover } = state;
    const moved = turned(turnover, currency, 'depositedCents', amountCents);
    return { ...state, month, deposits: deposits + 1, turnover: moved };
  }

  @Apply(MoneyWithdrawn)
  withdrawn(
    state: MonthlyAnalyticsState,
    { data: { currency, amountCents } }: RecordedEvent<MoneyWithdrawn>,
    { foldId: month }: FoldContext,
  ): MonthlyAnalyticsState {
    const { withdrawals, turnover } = state;
    const moved = turned(turnover, currency, 'withdrawnCents', amountCents);
    return { ...state, month, withdrawals: withdrawals + 1, turnover: moved };
  }

  @Apply(MoneyTransferred)
  transferred(
    state: MonthlyAnalyticsState,
    { data: { currency, amountCents } }: RecordedEvent<MoneyTransferred>,
    { foldId: month }: FoldContext,
  ): MonthlyAnalyticsState {
    const { transfers, turnover } = state;
    const moved = turned(turnover, currency, 'transferredCents', amountCents);
    return { ...state, month, transfers: transfers + 1, turnover: moved };
  }

  @Apply(AccountClosed)
  closed(
    state: MonthlyAnalyticsState,
    _event: RecordedEvent<AccountClosed>,
    { foldId: month }: FoldContext,
  ): MonthlyAnalyticsState {
    return { ...state, month, accountsClosed: state.accountsClosed + 1 };
  }
}

function turned(
  turnover: MonthlyAnalyticsState['turnover'],
  currency: Currency,
  what: keyof Turnover,
  cents: number,
): MonthlyAnalyticsState['turnover'] {
  const before = turnover[currency] ?? NOTHING;
  return { ...turnover, [currency]: { ...before, [what]: before[what] + cents } };
}

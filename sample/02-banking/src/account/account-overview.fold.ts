import { Apply, type FoldContext, type FoldHandler, FoldProjection, type RecordedEvent } from '@event-sourcing/nestjs';
import type { AccountOverviewState } from './account-overview.js';
import { accountsOf } from './accounts-of.js';
import { changeOf } from './change-of.js';
import { ACCOUNT_EVENTS } from './events/account-events.js';
import { AccountClosed } from './events/account-closed.event.js';
import { AccountOpened } from './events/account-opened.event.js';
import { MoneyDeposited } from './events/money-deposited.event.js';
import { MoneyTransferred } from './events/money-transferred.event.js';
import { MoneyWithdrawn } from './events/money-withdrawn.event.js';

/**
 * One row an account. A transfer counts for two of them, which `key` says. It stands in the stream of the account that
 * pays, so the other one may hear of it before it hears of its own opening: nothing here depends on the order.
 */
@FoldProjection({ name: 'account_overview', version: 1, events: ACCOUNT_EVENTS, key: ({ data }) => accountsOf(data) })
export class AccountOverview implements FoldHandler<AccountOverviewState> {
  init(): AccountOverviewState {
    return {
      accountId: '',
      customerName: '',
      accountType: 'checking',
      currency: 'USD',
      balanceCents: 0,
      status: 'announced',
      transactionCount: 0,
      openedAt: 0,
      lastActivityAt: 0,
    };
  }

  @Apply(AccountOpened)
  opened(state: AccountOverviewState, event: RecordedEvent<AccountOpened>, context: FoldContext): AccountOverviewState {
    const { customerName, accountType, currency } = event.data;
    const openedAt = event.recordedAt.getTime();
    return { ...this.moved(state, event, context), customerName, accountType, currency, openedAt, status: 'open' };
  }

  @Apply(MoneyDeposited, MoneyWithdrawn, MoneyTransferred)
  moved(
    state: AccountOverviewState,
    event: RecordedEvent<AccountOpened | MoneyDeposited | MoneyWithdrawn | MoneyTransferred>,
    { foldId }: FoldContext,
  ): AccountOverviewState {
    return {
      ...state,
      accountId: foldId,
      balanceCents: state.balanceCents + changeOf(event.data, foldId),
      transactionCount: state.transactionCount + 1,
      lastActivityAt: Math.max(state.lastActivityAt, event.recordedAt.getTime()),
    };
  }

  @Apply(AccountClosed)
  closed(state: AccountOverviewState, { recordedAt }: RecordedEvent<AccountClosed>): AccountOverviewState {
    return { ...state, status: 'closed', lastActivityAt: Math.max(state.lastActivityAt, recordedAt.getTime()) };
  }
}

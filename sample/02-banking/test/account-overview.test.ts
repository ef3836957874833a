import { createTenantId, type RecordedEvent } from '@event-sourcing/nestjs';
import { expect, it } from 'vitest';
import { AccountOverview } from '../src/account/account-overview.fold.js';
import type { AccountOverviewState } from '../src/account/account-overview.js';
import { AccountClosed } from '../src/account/events/account-closed.event.js';
import type { AccountEvent } from '../src/account/events/account-events.js';
import { AccountOpened } from '../src/account/events/account-opened.event.js';
import { MoneyTransferred } from '../src/account/events/money-transferred.event.js';
import { MoneyWithdrawn } from '../src/account/events/money-withdrawn.event.js';
import { opened } from './support/given.js';

const fold = new AccountOverview();

function apply(state: AccountOverviewState, data: AccountEvent, at: number): AccountOverviewState {
  const event = { data, recordedAt: new Date(at), tenantId: createTenantId('acme') } as unknown as RecordedEvent;
  const context = { foldId: 'bob' };
  if (data instanceof AccountOpened) return fold.opened(state, event as RecordedEvent<AccountOpened>, context);
  if (data instanceof AccountClosed) return fold.closed(state, event as RecordedEvent<AccountClosed>);
  return fold.moved(state, event as RecordedEvent<MoneyTransferred>, context);
}

/** Every order of all events that keeps those of each stream in theirs. */
function* merges<T>(one: readonly T[], other: readonly T[]): Generator<readonly T[]> {
  if (one.length === 0 || other.length === 0) return yield [...one, ...other];
  for (const rest of merges(one.slice(1), other)) yield [one[0]!, ...rest];
  for (const rest of merges(one, other.slice(1))) yield [other[0]!, ...rest];
}

it('is the same in whichever order events of different accounts count', () => {
  const transfer = (amountCents: number) =>
    new MoneyTransferred({ fromAccountId: 'ann', toAccountId: 'bob', amountCents, currency: 'EUR' });
  const own: readonly [AccountEvent, number][] = [
    [opened('bob', 5, 'EUR'), 1],
    [new MoneyWithdrawn({ accountId: 'bob', amountCents: 35, currency: 'EUR' }), 6],
    [new AccountClosed({ accountId: 'bob' }), 7],
  ];
  const others: readonly [AccountEvent, number][] = [
    [transfer(10), 2],
    [transfer(20), 5],
  ];
  const orders = [...merges(own, others)];
  expect(orders).toHaveLength(10);
  for (const order of orders) {
    const state = order.reduce((before, [event, at]) => apply(before, event, at), fold.init());
    expect(state).toEqual({
      accountId: 'bob',
      customerName: 'Customer of bob',
      accountType: 'checking',
      currency: 'EUR',
      balanceCents: 0,
      status: 'closed',
      transactionCount: 4,
      openedAt: 1,
      lastActivityAt: 7,
    });
  }
});

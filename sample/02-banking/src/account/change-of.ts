import type { AccountEvent } from './events/account-events.js';
import { AccountClosed } from './events/account-closed.event.js';
import { AccountOpened } from './events/account-opened.event.js';
import { MoneyTransferred } from './events/money-transferred.event.js';
import { MoneyWithdrawn } from './events/money-withdrawn.event.js';

/** By how much an event changes the balance of an account; cents. */
export function changeOf(event: AccountEvent, accountId: string): number {
  if (event instanceof AccountClosed) return 0;
  if (event instanceof AccountOpened) return event.initialDepositCents;
  if (event instanceof MoneyWithdrawn) return -event.amountCents;
  if (event instanceof MoneyTransferred && event.fromAccountId === accountId) return -event.amountCents;
  return event.amountCents;
}

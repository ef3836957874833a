import { MoneyTransferred } from './events/money-transferred.event.js';
import type { AccountEvent } from './events/account-events.js';

/** The accounts that an event has to do with. */
export function accountsOf(event: AccountEvent): readonly string[] {
  return event instanceof MoneyTransferred ? [event.fromAccountId, event.toAccountId] : [event.accountId];
}

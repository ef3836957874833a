import type { Accounts } from './account.js';
import { accountsOf } from './accounts-of.js';
import { changeOf } from './change-of.js';
import { AccountClosed } from './events/account-closed.event.js';
import type { AccountEvent } from './events/account-events.js';
import { AccountOpened } from './events/account-opened.event.js';

/** The accounts after an event. Whoever is at the other end of a transfer, and was not asked for, is left out. */
export function evolveAccounts(accounts: Accounts, event: AccountEvent): Accounts {
  if (event instanceof AccountOpened) {
    const { accountId, customerName, accountType, currency, initialDepositCents } = event;
    const opened = { customerName, accountType, currency, balanceCents: initialDepositCents, isOpen: true };
    return { ...accounts, [accountId]: opened };
  }
  let next = accounts;
  for (const accountId of accountsOf(event)) {
    const account = next[accountId];
    if (!account) continue;
    const balanceCents = account.balanceCents + changeOf(event, accountId);
    next = { ...next, [accountId]: { ...account, balanceCents, isOpen: !(event instanceof AccountClosed) } };
  }
  return next;
}

import { lifeOfAccount, wholeAccount } from '../../account/account-queries.js';
import { accountsDecider } from '../../account/accounts-decider.js';
import { MoneyTransferred } from '../../account/events/money-transferred.event.js';
import { LIMITS } from '../../account/limits.js';
import { reject } from '../../account/reject.js';
import { requireAmount } from '../../account/rules/require-amount.js';
import { requireCurrency } from '../../account/rules/require-currency.js';
import { requireFunds } from '../../account/rules/require-funds.js';
import { requireOpen } from '../../account/rules/require-open.js';
import type { TransferMoney } from './transfer-money.command.js';

/**
 * Its context is the whole of the account that pays, and of the one that is paid whether it is open: two transfers from one
 * account are a conflict, two to one account are none.
 */
export const transferMoney = accountsDecider<TransferMoney, MoneyTransferred>({
  context: ({ fromAccountId, toAccountId }) => [wholeAccount(fromAccountId), lifeOfAccount(toAccountId)],
  decide({ fromAccountId, toAccountId, amountCents, currency }, accounts) {
    if (fromAccountId === toAccountId) reject('SAME_ACCOUNT', 'Money is transferred from one account to another one.');
    requireAmount(amountCents, LIMITS.transferCents);
    const from = requireOpen(accounts, fromAccountId);
    const to = requireOpen(accounts, toAccountId);
    const held = requireCurrency(from, currency);
    requireCurrency(to, held);
    requireFunds(from, amountCents);
    return [new MoneyTransferred({ fromAccountId, toAccountId, amountCents, currency: held })];
  },
});

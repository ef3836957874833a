import { wholeAccount } from '../../account/account-queries.js';
import { accountsDecider } from '../../account/accounts-decider.js';
import { MoneyWithdrawn } from '../../account/events/money-withdrawn.event.js';
import { LIMITS } from '../../account/limits.js';
import { requireAmount } from '../../account/rules/require-amount.js';
import { requireCurrency } from '../../account/rules/require-currency.js';
import { requireFunds } from '../../account/rules/require-funds.js';
import { requireOpen } from '../../account/rules/require-open.js';
import type { WithdrawMoney } from './withdraw-money.command.js';

/** All that changes the balance is in its context, transfers from and to other accounts too. */
export const withdrawMoney = accountsDecider<WithdrawMoney, MoneyWithdrawn>({
  context: ({ accountId }) => wholeAccount(accountId),
  decide({ accountId, amountCents, currency }, accounts) {
    requireAmount(amountCents, LIMITS.withdrawalCents);
    const account = requireOpen(accounts, accountId);
    const held = requireCurrency(account, currency);
    requireFunds(account, amountCents);
    return [new MoneyWithdrawn({ accountId, amountCents, currency: held })];
  },
});

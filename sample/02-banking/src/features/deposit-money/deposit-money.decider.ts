import { lifeOfAccount } from '../../account/account-queries.js';
import { accountsDecider } from '../../account/accounts-decider.js';
import { MoneyDeposited } from '../../account/events/money-deposited.event.js';
import { LIMITS } from '../../account/limits.js';
import { requireAmount } from '../../account/rules/require-amount.js';
import { requireCurrency } from '../../account/rules/require-currency.js';
import { requireOpen } from '../../account/rules/require-open.js';
import type { DepositMoney } from './deposit-money.command.js';

/** Only whether the account is open is in its context, not what it holds: parallel deposits are no conflict. */
export const depositMoney = accountsDecider<DepositMoney, MoneyDeposited>({
  context: ({ accountId }) => lifeOfAccount(accountId),
  decide({ accountId, amountCents, currency }, accounts) {
    requireAmount(amountCents, LIMITS.depositCents);
    const account = requireOpen(accounts, accountId);
    return [new MoneyDeposited({ accountId, amountCents, currency: requireCurrency(account, currency) })];
  },
});

import { toPlainName } from '../../account/account-tags.js';
import { useOfName, wholeAccount } from '../../account/account-queries.js';
import { accountsDecider } from '../../account/accounts-decider.js';
import { AccountOpened } from '../../account/events/account-opened.event.js';
import { LIMITS, NAME_LENGTH } from '../../account/limits.js';
import { reject } from '../../account/reject.js';
import { requireAtMost } from '../../account/rules/require-amount.js';
import type { OpenAccount } from './open-account.command.js';

/** Its context is the name, in whichever account: of parallel commands with one name exactly one is stored. */
export const openAccount = accountsDecider<OpenAccount, AccountOpened>({
  context: ({ accountId, customerName }) => [useOfName(customerName), wholeAccount(accountId)],
  decide(command, accounts) {
    const { accountId, accountType = 'checking', currency = 'USD', initialDepositCents = 0 } = command;
    const customerName = toPlainName(command.customerName);
    if (customerName.length < NAME_LENGTH.min) {
      reject('NAME_TOO_SHORT', `A customer's name has ${NAME_LENGTH.min} characters at least.`);
    }
    if (initialDepositCents < 0) reject('AMOUNT_NEGATIVE', 'The initial deposit must not be negative.');
    requireAtMost(initialDepositCents, LIMITS.initialDepositCents);
    if (accounts[accountId]) reject('ACCOUNT_EXISTS', `There is an account ${accountId} already.`);
    // Whoever else is in the context has the name, or had it: a closed account keeps it.
    if (Object.keys(accounts).length > 0) reject('NAME_TAKEN', `There is an account of ${customerName} already.`);
    return [new AccountOpened({ accountId, customerName, accountType, currency, initialDepositCents })];
  },
});

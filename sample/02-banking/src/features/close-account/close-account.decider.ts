import { formatCents } from '../../money/format-cents.js';
import { wholeAccount } from '../../account/account-queries.js';
import { accountsDecider } from '../../account/accounts-decider.js';
import { AccountClosed } from '../../account/events/account-closed.event.js';
import { reject } from '../../account/reject.js';
import { requireOpen } from '../../account/rules/require-open.js';
import type { CloseAccount } from './close-account.command.js';

/** The balance is in its context: money that comes in meanwhile keeps the account open. */
export const closeAccount = accountsDecider<CloseAccount, AccountClosed>({
  context: ({ accountId }) => wholeAccount(accountId),
  decide({ accountId }, accounts) {
    const { balanceCents, currency } = requireOpen(accounts, accountId);
    if (balanceCents > 0) {
      reject('ACCOUNT_NOT_EMPTY', `There is still ${formatCents(balanceCents)} ${currency} in the account.`);
    }
    return [new AccountClosed({ accountId })];
  },
});

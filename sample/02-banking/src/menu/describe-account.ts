import type { AccountOverviewState } from '../account/account-overview.js';
import { formatCents } from '../money/format-cents.js';

/** A line about an account. */
export function describeAccount(account: AccountOverviewState): string {
  const { accountId, customerName, accountType, balanceCents, currency, status } = account;
  return `  ${accountId}  ${customerName}, ${accountType}: ${formatCents(balanceCents)} ${currency} (${status})`;
}

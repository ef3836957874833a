import { formatCents } from '../../money/format-cents.js';
import type { Account } from '../account.js';
import { reject } from '../reject.js';

/** No account is overdrawn. @throws CommandRejectedError */
export function requireFunds({ balanceCents, currency }: Account, amountCents: number): void {
  if (amountCents > balanceCents) {
    reject('INSUFFICIENT_FUNDS', `Insufficient funds: the balance is ${formatCents(balanceCents)} ${currency}.`);
  }
}

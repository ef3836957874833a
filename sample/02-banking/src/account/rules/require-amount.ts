import { formatCents } from '../../money/format-cents.js';
import { reject } from '../reject.js';

/** An amount is at least one cent, and at most `maxCents`. @throws CommandRejectedError */
export function requireAmount(amountCents: number, maxCents: number): void {
  if (amountCents <= 0) reject('AMOUNT_NOT_POSITIVE', 'The amount must be positive: 0.01 at least.');
  requireAtMost(amountCents, maxCents);
}

/** @throws CommandRejectedError */
export function requireAtMost(amountCents: number, maxCents: number): void {
  if (amountCents > maxCents) reject('AMOUNT_TOO_HIGH', `The amount must not exceed ${formatCents(maxCents)}.`);
}

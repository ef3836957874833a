/** Rounding each sum to a billionth of a dollar keeps it independent of the order, which sums of doubles are not. */
export function addUsd(sum: number, amount: number): number {
  return Math.round(sum * 1e9 + Math.round(amount * 1e9)) / 1e9;
}

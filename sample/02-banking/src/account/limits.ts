/** What one step may move at most; cents, of any currency. */
export const LIMITS = {
  initialDepositCents: 100_000_000,
  depositCents: 100_000_000,
  withdrawalCents: 1_000_000,
  transferCents: 5_000_000,
} as const;

/** Characters of a customer's name. */
export const NAME_LENGTH = { min: 2, max: 100 } as const;

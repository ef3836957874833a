import type { BankCommand } from './bank-command.js';

/** Each is a decision that another writer was faster than. */
const MAX_ATTEMPTS = 20;

/** Options that all command handlers of the bank share. */
export const HANDLING = {
  commandId: ({ commandId }: BankCommand): string => commandId,
  maxAttempts: MAX_ATTEMPTS,
};

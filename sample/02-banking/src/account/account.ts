import type { AccountType } from './account-type.js';
import type { Currency } from './currency.js';

/** An account, as far as commands are decided on it. */
export interface Account {
  readonly customerName: string;
  readonly accountType: AccountType;
  readonly currency: Currency;
  readonly balanceCents: number;
  readonly isOpen: boolean;
}

/** The accounts that a decision is about, by their ids. */
export type Accounts = Readonly<Record<string, Account>>;

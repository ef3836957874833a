import type { AccountType } from './account-type.js';
import type { Currency } from './currency.js';

/** What is shown of an account. */
export interface AccountOverviewState {
  readonly accountId: string;
  readonly customerName: string;
  readonly accountType: AccountType;
  readonly currency: Currency;
  readonly balanceCents: number;
  /** `announced`: a transfer to it has counted, and its opening, which stands in another stream, not yet. */
  readonly status: 'announced' | 'open' | 'closed';
  /** How often money moved, and that it was opened. */
  readonly transactionCount: number;
  /** Milliseconds since the epoch. */
  readonly openedAt: number;
  readonly lastActivityAt: number;
}

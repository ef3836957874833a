import type { Currency } from '../../account/currency.js';

/** What moved in one currency; cents. */
export interface Turnover {
  /** Initial deposits included. */
  readonly depositedCents: number;
  readonly withdrawnCents: number;
  readonly transferredCents: number;
}

/** What happened in one month of UTC. */
export interface MonthlyAnalyticsState {
  /** Such as `2026-11`. */
  readonly month: string;
  readonly accountsOpened: number;
  readonly accountsClosed: number;
  readonly deposits: number;
  readonly withdrawals: number;
  readonly transfers: number;
  readonly turnover: Partial<Readonly<Record<Currency, Turnover>>>;
}

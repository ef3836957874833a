import { closeAccountSlice } from './close-account/close-account.slice.js';
import { depositMoneySlice } from './deposit-money/deposit-money.slice.js';
import { getAccountSlice } from './get-account/get-account.slice.js';
import { listAccountsSlice } from './list-accounts/list-accounts.slice.js';
import { monthlyAnalyticsSlice } from './monthly-analytics/monthly-analytics.slice.js';
import { openAccountSlice } from './open-account/open-account.slice.js';
import type { Slice } from './slice.js';
import { transferMoneySlice } from './transfer-money/transfer-money.slice.js';
import { withdrawMoneySlice } from './withdraw-money/withdraw-money.slice.js';

/** In the order of the menu. */
export const SLICES: readonly Slice[] = [
  openAccountSlice,
  depositMoneySlice,
  withdrawMoneySlice,
  transferMoneySlice,
  closeAccountSlice,
  getAccountSlice,
  listAccountsSlice,
  monthlyAnalyticsSlice,
];

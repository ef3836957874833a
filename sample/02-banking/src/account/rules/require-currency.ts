import type { Account } from '../account.js';
import type { Currency } from '../currency.js';
import { reject } from '../reject.js';

/** Money is not exchanged. @param currency that of the account when absent @throws CommandRejectedError */
export function requireCurrency(account: Account, currency: Currency | undefined): Currency {
  if (currency !== undefined && currency !== account.currency) {
    reject('CURRENCY_MISMATCH', `The account holds ${account.currency}, not ${currency}.`);
  }
  return account.currency;
}

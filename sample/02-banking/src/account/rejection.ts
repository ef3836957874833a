/** Which rule said no: the `reason` of the `CommandRejectedError`, and the `code` of the answer over HTTP. */
export type Rejection =
  | 'ACCOUNT_CLOSED'
  | 'ACCOUNT_EXISTS'
  | 'ACCOUNT_NOT_EMPTY'
  | 'ACCOUNT_NOT_FOUND'
  | 'AMOUNT_NEGATIVE'
  | 'AMOUNT_NOT_POSITIVE'
  | 'AMOUNT_TOO_HIGH'
  | 'CURRENCY_MISMATCH'
  | 'INSUFFICIENT_FUNDS'
  | 'NAME_TAKEN'
  | 'NAME_TOO_SHORT'
  | 'SAME_ACCOUNT';

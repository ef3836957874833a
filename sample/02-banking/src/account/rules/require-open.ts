import type { Account, Accounts } from '../account.js';
import { reject } from '../reject.js';

/** @throws CommandRejectedError when there is no such account, or it is closed */
export function requireOpen(accounts: Accounts, accountId: string): Account {
  const account = accounts[accountId];
  if (!account) return reject('ACCOUNT_NOT_FOUND', `There is no account ${accountId}.`);
  if (!account.isOpen) reject('ACCOUNT_CLOSED', `The account ${accountId} is closed.`);
  return account;
}

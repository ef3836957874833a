import { AccountClosed } from './account-closed.event.js';
import { AccountOpened } from './account-opened.event.js';
import { MoneyDeposited } from './money-deposited.event.js';
import { MoneyTransferred } from './money-transferred.event.js';
import { MoneyWithdrawn } from './money-withdrawn.event.js';

export const ACCOUNT_EVENTS = [AccountOpened, MoneyDeposited, MoneyWithdrawn, MoneyTransferred, AccountClosed] as const;

export type AccountEvent = InstanceType<(typeof ACCOUNT_EVENTS)[number]>;

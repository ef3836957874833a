import type { EventCriteria } from '@event-sourcing/nestjs';
import { accountTag, nameTag } from './account-tags.js';

/** All that ever happened to an account: what its balance depends on. */
export const wholeAccount = (accountId: string): EventCriteria => ({ tags: [accountTag(accountId)] });

/** Whether there is an account, and whether it is open. What it holds is left out, so that payments pass each other. */
export const lifeOfAccount = (accountId: string): EventCriteria => ({
  tags: [accountTag(accountId)],
  types: ['bank.account_opened', 'bank.account_closed'],
});

/** Whether a name is taken. */
export const useOfName = (customerName: string): EventCriteria => ({ tags: [nameTag(customerName)] });

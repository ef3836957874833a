import { DomainEvent } from '@event-sourcing/nestjs';
import { Matches } from 'class-validator';
import { ACCOUNT_ID } from '../account-id.js';
import { accountTag } from '../account-tags.js';

/** An account that had nothing left in it was closed. */
@DomainEvent('bank.account_closed', { tags: (event: AccountClosed) => [accountTag(event.accountId)] })
export class AccountClosed {
  @Matches(ACCOUNT_ID)
  readonly accountId!: string;

  constructor(data: AccountClosed) {
    Object.assign(this, data);
  }
}

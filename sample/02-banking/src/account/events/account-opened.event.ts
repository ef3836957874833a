import { DomainEvent } from '@event-sourcing/nestjs';
import { IsIn, IsInt, IsString, Matches, Min } from 'class-validator';
import { ACCOUNT_ID } from '../account-id.js';
import { accountTag, nameTag } from '../account-tags.js';
import { ACCOUNT_TYPES, type AccountType } from '../account-type.js';
import { CURRENCIES, type Currency } from '../currency.js';

/** An account was opened, perhaps with money in it. */
@DomainEvent('bank.account_opened', {
  tags: (event: AccountOpened) => [accountTag(event.accountId), nameTag(event.customerName)],
})
export class AccountOpened {
  @Matches(ACCOUNT_ID)
  readonly accountId!: string;

  @IsString()
  readonly customerName!: string;

  @IsIn(ACCOUNT_TYPES)
  readonly accountType!: AccountType;

  @IsIn(CURRENCIES)
  readonly currency!: Currency;

  @IsInt()
  @Min(0)
  readonly initialDepositCents!: number;

  constructor(data: AccountOpened) {
    Object.assign(this, data);
  }
}

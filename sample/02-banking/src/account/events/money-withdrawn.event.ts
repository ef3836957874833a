import { DomainEvent } from '@event-sourcing/nestjs';
import { IsIn, IsInt, IsPositive, Matches } from 'class-validator';
import { ACCOUNT_ID } from '../account-id.js';
import { accountTag } from '../account-tags.js';
import { CURRENCIES, type Currency } from '../currency.js';

/** Money was taken out of an account. */
@DomainEvent('bank.money_withdrawn', { tags: (event: MoneyWithdrawn) => [accountTag(event.accountId)] })
export class MoneyWithdrawn {
  @Matches(ACCOUNT_ID)
  readonly accountId!: string;

  @IsInt()
  @IsPositive()
  readonly amountCents!: number;

  @IsIn(CURRENCIES)
  readonly currency!: Currency;

  constructor(data: MoneyWithdrawn) {
    Object.assign(this, data);
  }
}

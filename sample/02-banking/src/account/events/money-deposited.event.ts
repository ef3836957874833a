import { DomainEvent } from '@event-sourcing/nestjs';
import { IsIn, IsInt, IsPositive, Matches } from 'class-validator';
import { ACCOUNT_ID } from '../account-id.js';
import { accountTag } from '../account-tags.js';
import { CURRENCIES, type Currency } from '../currency.js';

/** Money was put into an account. */
@DomainEvent('bank.money_deposited', { tags: (event: MoneyDeposited) => [accountTag(event.accountId)] })
export class MoneyDeposited {
  @Matches(ACCOUNT_ID)
  readonly accountId!: string;

  @IsInt()
  @IsPositive()
  readonly amountCents!: number;

  @IsIn(CURRENCIES)
  readonly currency!: Currency;

  constructor(data: MoneyDeposited) {
    Object.assign(this, data);
  }
}

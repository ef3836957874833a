import { DomainEvent } from '@event-sourcing/nestjs';
import { IsIn, IsInt, IsPositive, Matches } from 'class-validator';
import { ACCOUNT_ID } from '../account-id.js';
import { accountTag } from '../account-tags.js';
import { CURRENCIES, type Currency } from '../currency.js';

/** Money went from one account to another: one event, so that it is never gone from one and not yet in the other. */
@DomainEvent('bank.money_transferred', {
  tags: (event: MoneyTransferred) => [accountTag(event.fromAccountId), accountTag(event.toAccountId)],
})
export class MoneyTransferred {
  @Matches(ACCOUNT_ID)
  readonly fromAccountId!: string;

  @Matches(ACCOUNT_ID)
  readonly toAccountId!: string;

  @IsInt()
  @IsPositive()
  readonly amountCents!: number;

  @IsIn(CURRENCIES)
  readonly currency!: Currency;

  constructor(data: MoneyTransferred) {
    Object.assign(this, data);
  }
}

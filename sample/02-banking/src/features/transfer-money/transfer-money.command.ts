import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsInt, IsOptional, Matches } from 'class-validator';
import { ACCOUNT_ID } from '../../account/account-id.js';
import { BankCommand, type CommandData } from '../../account/bank-command.js';
import { CURRENCIES, type Currency } from '../../account/currency.js';
import { LIMITS } from '../../account/limits.js';

/** Moves money from one account to another. */
export class TransferMoney extends BankCommand {
  @ApiProperty({ example: '4be1c2f09a77' })
  @Matches(ACCOUNT_ID)
  readonly fromAccountId!: string;

  @ApiProperty({ example: '90d3aa81e5bc' })
  @Matches(ACCOUNT_ID)
  readonly toAccountId!: string;

  @ApiProperty({ type: 'integer', minimum: 1, maximum: LIMITS.transferCents, example: 1_250, description: 'Cents' })
  @IsInt()
  readonly amountCents!: number;

  @ApiPropertyOptional({ enum: CURRENCIES, description: 'That of the accounts when left out' })
  @IsOptional()
  @IsIn(CURRENCIES)
  readonly currency?: Currency;

  constructor(data: CommandData<TransferMoney>) {
    super();
    Object.assign(this, data);
  }
}

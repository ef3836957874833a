import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsInt, IsOptional } from 'class-validator';
import { AccountCommand } from '../../account/account-command.js';
import type { CommandData } from '../../account/bank-command.js';
import { CURRENCIES, type Currency } from '../../account/currency.js';
import { LIMITS } from '../../account/limits.js';

/** Takes money out of an account. */
export class WithdrawMoney extends AccountCommand {
  @ApiProperty({ type: 'integer', minimum: 1, maximum: LIMITS.withdrawalCents, example: 1_250, description: 'Cents' })
  @IsInt()
  readonly amountCents!: number;

  @ApiPropertyOptional({ enum: CURRENCIES, description: 'That of the account when left out' })
  @IsOptional()
  @IsIn(CURRENCIES)
  readonly currency?: Currency;

  constructor(data: CommandData<WithdrawMoney>) {
    super();
    Object.assign(this, data);
  }
}

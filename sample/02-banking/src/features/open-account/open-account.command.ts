import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsInt, IsOptional, IsString, MaxLength } from 'class-validator';
import { AccountCommand } from '../../account/account-command.js';
import { ACCOUNT_TYPES, type AccountType } from '../../account/account-type.js';
import type { CommandData } from '../../account/bank-command.js';
import { CURRENCIES, type Currency } from '../../account/currency.js';
import { LIMITS, NAME_LENGTH } from '../../account/limits.js';

/** Opens an account for a customer, under a name that nobody else has. */
export class OpenAccount extends AccountCommand {
  @ApiProperty({ example: 'Ann Smith', minLength: NAME_LENGTH.min, maxLength: NAME_LENGTH.max })
  @IsString()
  @MaxLength(NAME_LENGTH.max)
  readonly customerName!: string;

  @ApiPropertyOptional({ enum: ACCOUNT_TYPES, default: 'checking' })
  @IsOptional()
  @IsIn(ACCOUNT_TYPES)
  readonly accountType?: AccountType;

  @ApiPropertyOptional({ enum: CURRENCIES, default: 'USD' })
  @IsOptional()
  @IsIn(CURRENCIES)
  readonly currency?: Currency;

  @ApiPropertyOptional({ type: 'integer', minimum: 0, maximum: LIMITS.initialDepositCents, default: 0 })
  @IsOptional()
  @IsInt()
  readonly initialDepositCents?: number;

  constructor(data: CommandData<OpenAccount>) {
    super();
    Object.assign(this, data);
  }
}

import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsOptional, IsString } from 'class-validator';
import { AccountDto } from '../../account/account.dto.js';
import { ACCOUNT_TYPES, type AccountType } from '../../account/account-type.js';
import { CURRENCIES, type Currency } from '../../account/currency.js';
import { PageOf } from '../../http/page-of.js';
import { PageQueryDto } from '../../http/page-query.dto.js';

const SORTS = ['customerName', 'balanceCents', 'openedAt', 'lastActivityAt'] as const;
const STATUSES = ['open', 'closed'] as const;
const DIRECTIONS = ['asc', 'desc'] as const;

/** The query of the request. */
export class ListAccountsDto extends PageQueryDto {
  @ApiPropertyOptional()
  @IsOptional()
  @IsString()
  readonly customerName?: string;

  @ApiPropertyOptional({ enum: ACCOUNT_TYPES })
  @IsOptional()
  @IsIn(ACCOUNT_TYPES)
  readonly accountType?: AccountType;

  @ApiPropertyOptional({ enum: CURRENCIES })
  @IsOptional()
  @IsIn(CURRENCIES)
  readonly currency?: Currency;

  @ApiPropertyOptional({ enum: STATUSES })
  @IsOptional()
  @IsIn(STATUSES)
  readonly status?: (typeof STATUSES)[number];

  @ApiPropertyOptional({ enum: SORTS, default: 'customerName' })
  @IsIn(SORTS)
  readonly sort: (typeof SORTS)[number] = 'customerName';

  @ApiPropertyOptional({ enum: DIRECTIONS, default: 'asc' })
  @IsIn(DIRECTIONS)
  readonly direction: (typeof DIRECTIONS)[number] = 'asc';
}

/** The answer. */
export class AccountPageDto extends PageOf(AccountDto) {
  @ApiProperty({ description: 'False while a first version of the list is built: there may be more' })
  readonly complete!: boolean;
}

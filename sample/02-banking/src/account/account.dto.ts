import { ApiProperty } from '@nestjs/swagger';
import type { AccountOverviewState } from './account-overview.js';
import { ACCOUNT_TYPES, type AccountType } from './account-type.js';
import { CURRENCIES, type Currency } from './currency.js';

/** An account as it is shown. */
export class AccountDto {
  @ApiProperty({ example: '4be1c2f09a77' })
  readonly accountId: string;

  @ApiProperty({ example: 'Ann Smith' })
  readonly customerName: string;

  @ApiProperty({ enum: ACCOUNT_TYPES })
  readonly accountType: AccountType;

  @ApiProperty({ enum: CURRENCIES })
  readonly currency: Currency;

  @ApiProperty({ type: 'integer' })
  readonly balanceCents: number;

  @ApiProperty({ enum: ['open', 'closed'] })
  readonly status: string;

  @ApiProperty({ type: 'integer', description: 'How often money moved, and that it was opened' })
  readonly transactionCount: number;

  @ApiProperty({ format: 'date-time' })
  readonly openedAt: string;

  @ApiProperty({ format: 'date-time' })
  readonly lastActivityAt: string;

  constructor(state: AccountOverviewState) {
    this.accountId = state.accountId;
    this.customerName = state.customerName;
    this.accountType = state.accountType;
    this.currency = state.currency;
    this.balanceCents = state.balanceCents;
    this.status = state.status;
    this.transactionCount = state.transactionCount;
    this.openedAt = new Date(state.openedAt).toISOString();
    this.lastActivityAt = new Date(state.lastActivityAt).toISOString();
  }
}

import { PickType } from '@nestjs/swagger';
import { TransferMoney } from './transfer-money.command.js';

/** The body of the request. */
export class TransferMoneyDto extends PickType(TransferMoney, [
  'fromAccountId',
  'toAccountId',
  'amountCents',
  'currency',
]) {}

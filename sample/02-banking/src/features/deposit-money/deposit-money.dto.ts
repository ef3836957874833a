import { PickType } from '@nestjs/swagger';
import { DepositMoney } from './deposit-money.command.js';

/** The body of the request. */
export class DepositMoneyDto extends PickType(DepositMoney, ['amountCents', 'currency']) {}

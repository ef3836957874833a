import { PickType } from '@nestjs/swagger';
import { WithdrawMoney } from './withdraw-money.command.js';

/** The body of the request. */
export class WithdrawMoneyDto extends PickType(WithdrawMoney, ['amountCents', 'currency']) {}

import type { Slice } from '../slice.js';
import { DepositMoneyController } from './deposit-money.controller.js';
import { DepositMoneyHandler } from './deposit-money.handler.js';
import { DepositMoneyMenu } from './deposit-money.menu.js';

export const depositMoneySlice: Slice = {
  controllers: [DepositMoneyController],
  providers: [DepositMoneyHandler],
  menu: DepositMoneyMenu,
};

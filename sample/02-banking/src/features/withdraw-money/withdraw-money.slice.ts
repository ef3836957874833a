import type { Slice } from '../slice.js';
import { WithdrawMoneyController } from './withdraw-money.controller.js';
import { WithdrawMoneyHandler } from './withdraw-money.handler.js';
import { WithdrawMoneyMenu } from './withdraw-money.menu.js';

export const withdrawMoneySlice: Slice = {
  controllers: [WithdrawMoneyController],
  providers: [WithdrawMoneyHandler],
  menu: WithdrawMoneyMenu,
};

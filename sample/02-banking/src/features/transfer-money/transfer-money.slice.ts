import type { Slice } from '../slice.js';
import { TransferMoneyController } from './transfer-money.controller.js';
import { TransferMoneyHandler } from './transfer-money.handler.js';
import { TransferMoneyMenu } from './transfer-money.menu.js';

export const transferMoneySlice: Slice = {
  controllers: [TransferMoneyController],
  providers: [TransferMoneyHandler],
  menu: TransferMoneyMenu,
};

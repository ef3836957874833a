import type { Slice } from '../slice.js';
import { GetAccountController } from './get-account.controller.js';
import { GetAccountMenu } from './get-account.menu.js';
import { GetAccount } from './get-account.query.js';

export const getAccountSlice: Slice = {
  controllers: [GetAccountController],
  providers: [GetAccount],
  menu: GetAccountMenu,
};

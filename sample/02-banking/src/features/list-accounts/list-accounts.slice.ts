import type { Slice } from '../slice.js';
import { ListAccountsController } from './list-accounts.controller.js';
import { ListAccountsMenu } from './list-accounts.menu.js';
import { ListAccounts } from './list-accounts.query.js';

export const listAccountsSlice: Slice = {
  controllers: [ListAccountsController],
  providers: [ListAccounts],
  menu: ListAccountsMenu,
};

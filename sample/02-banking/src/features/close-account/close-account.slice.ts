import type { Slice } from '../slice.js';
import { CloseAccountController } from './close-account.controller.js';
import { CloseAccountHandler } from './close-account.handler.js';
import { CloseAccountMenu } from './close-account.menu.js';

export const closeAccountSlice: Slice = {
  controllers: [CloseAccountController],
  providers: [CloseAccountHandler],
  menu: CloseAccountMenu,
};

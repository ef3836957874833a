import type { Slice } from '../slice.js';
import { OpenAccountController } from './open-account.controller.js';
import { OpenAccountHandler } from './open-account.handler.js';
import { OpenAccountMenu } from './open-account.menu.js';

export const openAccountSlice: Slice = {
  controllers: [OpenAccountController],
  providers: [OpenAccountHandler],
  menu: OpenAccountMenu,
};

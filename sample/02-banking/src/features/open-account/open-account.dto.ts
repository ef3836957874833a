import { PickType } from '@nestjs/swagger';
import { OpenAccount } from './open-account.command.js';

/** The body of the request. */
export class OpenAccountDto extends PickType(OpenAccount, [
  'customerName',
  'accountType',
  'currency',
  'initialDepositCents',
]) {}

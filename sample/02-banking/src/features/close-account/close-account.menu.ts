import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { AccountCounter } from '../../menu/account-counter.js';
import type { MenuContext, MenuEntry } from '../../menu/menu-entry.js';
import { CloseAccount } from './close-account.command.js';

@Injectable()
export class CloseAccountMenu implements MenuEntry {
  readonly title = 'Close an account';

  constructor(private readonly counter: AccountCounter) {}

  async run(context: MenuContext): Promise<void> {
    const { tenantId } = context;
    const accountId = await this.counter.askAccountId(context, 'Account');
    await this.counter.send(context, new CloseAccount({ tenantId, commandId: randomUUID(), accountId }), accountId);
  }
}

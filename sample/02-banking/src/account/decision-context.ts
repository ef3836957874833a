import { type Decision, EventStore, type TenantId } from '@event-sourcing/nestjs';
import { Injectable } from '@nestjs/common';
import type { AccountsDecider } from './accounts-decider.js';
import type { AccountEvent } from './events/account-events.js';

/**
 * Decides a command on the events that match its context, in whichever streams they stand. What is decided is stored only
 * if nothing more that matches has been stored meanwhile, by whichever process; else the handler is called again.
 */
@Injectable()
export class DecisionContext {
  constructor(private readonly events: EventStore) {}

  /** @throws CommandRejectedError when a rule says no */
  async decide<C extends { readonly tenantId: TenantId }>(decider: AccountsDecider<C>, command: C): Promise<Decision> {
    const { tenantId } = command;
    const query = decider.context(command);
    let accounts = decider.initialState();
    let after = await this.events.position(tenantId);
    for await (const { data, position } of this.events.readAll({ tenantId, query })) {
      accounts = decider.evolve(accounts, data as AccountEvent);
      after = position;
    }
    return { raised: decider.decide(command, accounts), condition: { query, after } };
  }
}

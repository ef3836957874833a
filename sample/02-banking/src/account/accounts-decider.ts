import type { Decider, EventQuery } from '@event-sourcing/nestjs';
import type { Accounts } from './account.js';
import type { AccountEvent } from './events/account-events.js';
import { evolveAccounts } from './evolve-accounts.js';

/** The aggregate type of all events here. */
export const ACCOUNT = 'account';

/** What a slice decides, and on which events. */
export interface AccountsDecision<C, E extends AccountEvent> {
  /** The events that the decision depends on. It is stored only if none of them came meanwhile. */
  readonly context: (command: C) => EventQuery;
  /** @throws CommandRejectedError when a rule says no */
  readonly decide: (command: C, accounts: Accounts) => readonly E[];
}

/** A decider whose state is whatever its context says of accounts. */
export interface AccountsDecider<C, E extends AccountEvent = AccountEvent>
  extends Decider<C, AccountEvent, Accounts>, AccountsDecision<C, E> {
  decide(command: C, accounts: Accounts): readonly E[];
}

export function accountsDecider<C, E extends AccountEvent>(decision: AccountsDecision<C, E>): AccountsDecider<C, E> {
  return { aggregateType: ACCOUNT, initialState: () => ({}), evolve: evolveAccounts, ...decision };
}

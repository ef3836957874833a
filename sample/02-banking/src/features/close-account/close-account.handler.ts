import { type AggregateCommandHandler, CommandHandler, type Decision } from '@event-sourcing/nestjs';
import { DecisionContext } from '../../account/decision-context.js';
import { HANDLING } from '../../account/handling.js';
import { CloseAccount } from './close-account.command.js';
import { closeAccount } from './close-account.decider.js';

@CommandHandler(CloseAccount, { type: 'bank.close_account', aggregateId: ({ accountId }) => accountId, ...HANDLING })
export class CloseAccountHandler implements AggregateCommandHandler<CloseAccount> {
  constructor(private readonly context: DecisionContext) {}

  handle(command: CloseAccount): Promise<Decision> {
    return this.context.decide(closeAccount, command);
  }
}

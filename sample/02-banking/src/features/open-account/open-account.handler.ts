import { type AggregateCommandHandler, CommandHandler, type Decision } from '@event-sourcing/nestjs';
import { DecisionContext } from '../../account/decision-context.js';
import { HANDLING } from '../../account/handling.js';
import { OpenAccount } from './open-account.command.js';
import { openAccount } from './open-account.decider.js';

@CommandHandler(OpenAccount, { type: 'bank.open_account', aggregateId: ({ accountId }) => accountId, ...HANDLING })
export class OpenAccountHandler implements AggregateCommandHandler<OpenAccount> {
  constructor(private readonly context: DecisionContext) {}

  handle(command: OpenAccount): Promise<Decision> {
    return this.context.decide(openAccount, command);
  }
}

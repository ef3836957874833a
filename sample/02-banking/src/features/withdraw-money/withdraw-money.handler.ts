import { type AggregateCommandHandler, CommandHandler, type Decision } from '@event-sourcing/nestjs';
import { DecisionContext } from '../../account/decision-context.js';
import { HANDLING } from '../../account/handling.js';
import { WithdrawMoney } from './withdraw-money.command.js';
import { withdrawMoney } from './withdraw-money.decider.js';

@CommandHandler(WithdrawMoney, { type: 'bank.withdraw_money', aggregateId: ({ accountId }) => accountId, ...HANDLING })
export class WithdrawMoneyHandler implements AggregateCommandHandler<WithdrawMoney> {
  constructor(private readonly context: DecisionContext) {}

  handle(command: WithdrawMoney): Promise<Decision> {
    return this.context.decide(withdrawMoney, command);
  }
}

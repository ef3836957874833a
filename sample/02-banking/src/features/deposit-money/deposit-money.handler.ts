import { type AggregateCommandHandler, CommandHandler, type Decision } from '@event-sourcing/nestjs';
import { DecisionContext } from '../../account/decision-context.js';
import { HANDLING } from '../../account/handling.js';
import { DepositMoney } from './deposit-money.command.js';
import { depositMoney } from './deposit-money.decider.js';

@CommandHandler(DepositMoney, { type: 'bank.deposit_money', aggregateId: ({ accountId }) => accountId, ...HANDLING })
export class DepositMoneyHandler implements AggregateCommandHandler<DepositMoney> {
  constructor(private readonly context: DecisionContext) {}

  handle(command: DepositMoney): Promise<Decision> {
    return this.context.decide(depositMoney, command);
  }
}

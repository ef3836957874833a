import { type AggregateCommandHandler, CommandHandler, type Decision } from '@event-sourcing/nestjs';
import { DecisionContext } from '../../account/decision-context.js';
import { HANDLING } from '../../account/handling.js';
import { TransferMoney } from './transfer-money.command.js';
import { transferMoney } from './transfer-money.decider.js';

@CommandHandler(TransferMoney, {
  type: 'bank.transfer_money',
  aggregateId: ({ fromAccountId }) => fromAccountId,
  ...HANDLING,
})
export class TransferMoneyHandler implements AggregateCommandHandler<TransferMoney> {
  constructor(private readonly context: DecisionContext) {}

  handle(command: TransferMoney): Promise<Decision> {
    return this.context.decide(transferMoney, command);
  }
}

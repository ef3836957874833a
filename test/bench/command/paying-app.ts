import { Module, type Type } from '@nestjs/common';
import { Command, CqrsModule } from '@nestjs/cqrs';
import { IsInt, IsString } from 'class-validator';
import {
  type AggregateCommandHandler,
  CommandHandler,
  type CommandReceipt,
  createTenantId,
  DomainEvent,
  EventSourcingModule,
  type QueueAdapter,
} from '../../../lib/index.js';
import { postgres } from '../../../lib/postgres.js';

export const PAYERS = createTenantId('bench');

export class Pay extends Command<CommandReceipt> {
  readonly tenantId = PAYERS;
  @IsString() readonly account: string;
  @IsInt() readonly amount: number;
  @IsString() readonly note = 'a payment with a note of some length, and the name of a town';

  constructor(account: string, amount: number) {
    super();
    this.account = account;
    this.amount = amount;
  }
}

@DomainEvent('bench.paid')
export class Paid {
  @IsInt() readonly amount!: number;
  @IsString() readonly note!: string;

  static of({ amount, note }: Pick<Pay, 'amount' | 'note'>): Paid {
    return Object.assign(new Paid(), { amount, note });
  }
}

@CommandHandler(Pay, { type: 'bench.pay', aggregateId: ({ account }) => account })
class PayHandler implements AggregateCommandHandler<Pay> {
  handle(command: Pay): readonly object[] {
    return [Paid.of(command)];
  }
}

/** Commands and nothing that follows them, so that they alone are measured. */
export function payingApp(connectionString: string, queue: QueueAdapter): Type {
  @Module({
    imports: [EventSourcingModule.forFeature({ pipeline: 'paying', aggregateType: 'account', events: [Paid] })],
    providers: [PayHandler],
  })
  class PayingModule {}

  @Module({
    imports: [
      CqrsModule.forRoot(),
      EventSourcingModule.forRoot({ eventStore: postgres({ connectionString }), queue }),
      PayingModule,
    ],
  })
  class AppModule {}
  return AppModule;
}

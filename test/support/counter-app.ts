import { Injectable, Module, type Type } from '@nestjs/common';
import { Command, CqrsModule } from '@nestjs/cqrs';
import { IsInt, IsString } from 'class-validator';
import {
  type AggregateCommandHandler,
  Apply,
  CommandHandler,
  type CommandReceipt,
  CommandRejectedError,
  createTenantId,
  DomainEvent,
  EventSourcingModule,
  type EventSourcingModuleOptions,
  FoldProjection,
  type FoldHandler,
  MapProjection,
  type MapHandler,
  Reactor,
  type ReactorContext,
  type ReactorHandler,
  type RecordedEvent,
  type TenantId,
} from '../../lib/index.js';

export const acme = createTenantId('acme');

@DomainEvent('counter.added')
export class Added {
  @IsInt() amount!: number;
  static of(amount: number): Added {
    return Object.assign(new Added(), { amount });
  }
}

@DomainEvent('counter.reset')
export class Reset {}

/** Adds to a counter; the limit is 1,000 an addition. */
export class Add extends Command<CommandReceipt> {
  @IsString() counterId!: string;
  @IsInt() amount!: number;
  tenantId: TenantId = acme;
  commandId?: string;

  static of(counterId: string, amount: number, commandId?: string): Add {
    return Object.assign(new Add(), { counterId, amount, commandId });
  }
}

@CommandHandler(Add, {
  type: 'counter.add',
  aggregateId: ({ counterId }) => counterId,
  commandId: ({ commandId }) => commandId ?? crypto.randomUUID(),
})
export class AddHandler implements AggregateCommandHandler<Add> {
  calls = 0;

  handle({ amount }: Add): readonly object[] {
    this.calls += 1;
    if (amount > 1_000) throw new CommandRejectedError('Too much', { reason: 'TOO_MUCH', details: { limit: 1_000 } });
    return amount === 0 ? [] : [Added.of(amount)];
  }
}

export interface Total {
  total: number;
  events: number;
}

@FoldProjection({ name: 'totals' })
export class Totals implements FoldHandler<Total> {
  init(): Total {
    return { total: 0, events: 0 };
  }

  @Apply(Added)
  added(state: Total, event: RecordedEvent<Added>): Total {
    return { total: state.total + event.data.amount, events: state.events + 1 };
  }

  @Apply(Reset)
  reset(): null {
    return null;
  }
}

@MapProjection({ name: 'additions', events: [Added] })
export class Additions implements MapHandler<Added, { amount: number }> {
  map(event: RecordedEvent<Added>): { amount: number } | null {
    return event.data.amount < 0 ? null : { amount: event.data.amount };
  }
}

@Injectable()
export class Seen {
  readonly reactions: { sequence: number; total: number | null; foldSequence: number }[] = [];
}

@Reactor({ name: 'notify', fold: Totals, events: [Added] })
export class Notify implements ReactorHandler<Total, Added> {
  constructor(private readonly seen: Seen) {}

  handle(event: RecordedEvent<Added>, { state, foldSequence }: ReactorContext<Total>): void {
    this.seen.reactions.push({ sequence: event.sequence, total: state?.total ?? null, foldSequence });
  }
}

/** An application with one pipeline of counters. */
export function counterApp(options?: EventSourcingModuleOptions): Type {
  @Module({
    imports: [
      EventSourcingModule.forFeature({ pipeline: 'counting', aggregateType: 'counter', events: [Added, Reset] }),
    ],
    providers: [AddHandler, Totals, Additions, Notify, Seen],
  })
  class CountingModule {}

  @Module({ imports: [CqrsModule.forRoot(), EventSourcingModule.forRoot(options), CountingModule] })
  class AppModule {}
  return AppModule;
}

import { Module, type Type } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import { IsInt } from 'class-validator';
import {
  Apply,
  DomainEvent,
  EventSourcingModule,
  type EventUpcaster,
  FoldProjection,
  type FoldHandler,
  MapProjection,
  type MapHandler,
  type ProcessRole,
  type RecordedEvent,
  Upcaster,
} from '../../lib/index.js';
import { postgres } from '../../lib/postgres.js';
import { redisQueue } from '../../lib/redis.js';
import type { Total } from './counter-app.js';
import { Renamed } from './next-release.js';
import type { RoleSettings } from './role-app.js';

/** The counters of a release in which `Added` has another shape, and the projections are what they were. */

@DomainEvent('counter.added', { version: 2 })
export class AddedCents {
  @IsInt() cents!: number;
  static of(cents: number): AddedCents {
    return Object.assign(new AddedCents(), { cents });
  }
}

@Upcaster({ event: AddedCents, from: 1 })
class ToCents implements EventUpcaster {
  upcast({ amount }: { readonly amount: number }): { readonly cents: number } {
    return { cents: amount * 100 };
  }
}

@FoldProjection({ name: 'totals' })
class TotalsOfCents implements FoldHandler<Total> {
  init(): Total {
    return { total: 0, events: 0 };
  }

  @Apply(AddedCents)
  added({ total, events }: Total, { data: { cents } }: RecordedEvent<AddedCents>): Total {
    return { total: total + cents / 100, events: events + 1 };
  }
}

@MapProjection({ name: 'additions', events: [AddedCents] })
class AdditionsOfCents implements MapHandler<AddedCents, { readonly amount: number }> {
  map({ data: { cents } }: RecordedEvent<AddedCents>): { readonly amount: number } {
    return { amount: cents / 100 };
  }
}

export function newerEventsApp(role: ProcessRole, { postgresUrl, redisPort, leaseMs }: RoleSettings): Type {
  @Module({
    imports: [
      EventSourcingModule.forFeature({ pipeline: 'counting', aggregateType: 'counter', events: [AddedCents, Renamed] }),
    ],
    providers: [ToCents, TotalsOfCents, AdditionsOfCents],
  })
  class CountingModule {}

  @Module({
    imports: [
      CqrsModule.forRoot(),
      EventSourcingModule.forRoot({
        role,
        eventStore: postgres({ connectionString: postgresUrl }),
        queue: redisQueue({ connection: { host: '127.0.0.1', port: redisPort }, leaseMs }),
      }),
      CountingModule,
    ],
  })
  class AppModule {}
  return AppModule;
}

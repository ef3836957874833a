import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Module, type Type } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import { IsInt } from 'class-validator';
import {
  DomainEvent,
  EventSourcingModule,
  EventSubscription,
  type ProcessRole,
  type RecordedEvent,
  type StreamId,
  type SubscriptionContext,
  type TenantId,
} from '../../../lib/index.js';
import { postgres } from '../../../lib/postgres.js';
import { redisQueue } from '../../../lib/redis.js';

/** What all processes of the application have in common. */
export interface ToldSettings {
  readonly postgresUrl: string;
  readonly redisPort: number;
  readonly leaseMs: number;
  readonly sweepIntervalMs: number;
  /** Where processes write down what they are told; a file for each subscription. */
  readonly journals: string;
}

const EFFECT_MS = 5;

/** The partitions of the subscription that has its own. */
export const HOUSES = 5;

@DomainEvent('bell.rung')
export class BellRung {
  @IsInt() nth!: number;
  static of(nth: number): BellRung {
    return Object.assign(new BellRung(), { nth });
  }
}

export const bellStream = (bell: number, tenantId: TenantId): StreamId => ({
  tenantId,
  aggregateType: 'bell',
  aggregateId: `${bell}`,
});

/** The application of one process, on PostgreSQL and Redis; two subscriptions write down every event that they are told. */
export function toldProcess(role: ProcessRole, settings: ToldSettings): Type {
  const { postgresUrl, redisPort, leaseMs, sweepIntervalMs, journals } = settings;
  // It takes a while, so that workers die in it; each line is one write, which a kill cuts nowhere.
  const note = async (
    file: string,
    events: readonly RecordedEvent[],
    { partition }: SubscriptionContext,
  ): Promise<void> => {
    await delay(EFFECT_MS);
    for (const { aggregateId, sequence } of events) {
      appendFileSync(join(journals, file), `${partition} ${aggregateId} ${sequence}\n`);
    }
  };

  @EventSubscription({ name: 'bells', from: 'beginning', maxBatchEvents: 5 })
  class Bells {
    handle(events: readonly RecordedEvent[], context: SubscriptionContext): Promise<void> {
      return note('bells', events, context);
    }
  }
  @EventSubscription({
    name: 'houses',
    from: 'beginning',
    partition: ({ aggregateId }) => `house-${Number(aggregateId) % HOUSES}`,
  })
  class Houses {
    handle(events: readonly RecordedEvent[], context: SubscriptionContext): Promise<void> {
      return note('houses', events, context);
    }
  }
  @Module({
    imports: [EventSourcingModule.forFeature({ pipeline: 'bells', aggregateType: 'bell', events: [BellRung] })],
    providers: [Bells, Houses],
  })
  class BellsModule {}
  @Module({
    imports: [
      CqrsModule.forRoot(),
      EventSourcingModule.forRoot({
        role,
        sweepIntervalMs,
        eventStore: postgres({ connectionString: postgresUrl }),
        queue: redisQueue({ connection: { host: '127.0.0.1', port: redisPort }, leaseMs }),
      }),
      BellsModule,
    ],
  })
  class AppModule {}
  return AppModule;
}

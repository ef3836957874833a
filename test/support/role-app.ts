import { setTimeout as delay } from 'node:timers/promises';
import { Inject, Module, type Type } from '@nestjs/common';
import { CqrsModule, EventBus } from '@nestjs/cqrs';
import { Redis } from 'ioredis';
import {
  type AggregateCommandHandler,
  CommandHandler,
  CommandRejectedError,
  EventSourcingModule,
  PermanentError,
  type ProcessRole,
  Reactor,
  type ReactorHandler,
  type RecordedEvent,
} from '../../lib/index.js';
import { postgres } from '../../lib/postgres.js';
import { redisQueue } from '../../lib/redis.js';
import { Add, Added, Additions, Reset, type Total, Totals } from './counter-app.js';
import { Names, NextTotals, Parities, Renamed } from './next-release.js';
import { shortRoutesQueue } from './short-routes-queue.js';

/** Long enough that a worker under load is always in the middle of something. */
const HANDLING_MS = 3;

/** What all processes of one application have in common. */
export interface RoleSettings {
  readonly postgresUrl: string;
  readonly redisPort: number;
  readonly leaseMs: number;
  /** @default that of the library */
  readonly sweepIntervalMs?: number;
  readonly maxWaitingCommands?: number;
  /** With the projections of the next release instead of those of this one. */
  readonly release?: 'next';
  /** How long routes of events stay live; milliseconds. @default that of the library */
  readonly routesKeptMs?: number;
  /** Who has stored this amount dies at once, before it can acknowledge. */
  readonly fatalAmount?: number;
}

/** The list in Redis to which reactors of every process add `aggregate#sequence`. */
export const REACTIONS = 'reactions';

const REDIS = Symbol('redis');

@CommandHandler(Add, {
  type: 'counter.add',
  aggregateId: ({ counterId }) => counterId,
  commandId: ({ commandId }) => commandId ?? crypto.randomUUID(),
})
class SlowAddHandler implements AggregateCommandHandler<Add> {
  async handle({ amount }: Add): Promise<readonly object[]> {
    await delay(HANDLING_MS);
    if (amount < 0) throw new CommandRejectedError('Only more', { reason: 'NEGATIVE', details: { amount } });
    if (amount === 0) throw new PermanentError('Nothing to add');
    return [Added.of(amount)];
  }
}

@Reactor({ name: 'tell', fold: Totals, events: [Added] })
class Tell implements ReactorHandler<Total, Added> {
  constructor(@Inject(REDIS) private readonly redis: Redis) {}

  async handle({ aggregateId, sequence }: RecordedEvent<Added>): Promise<void> {
    await this.redis.rpush(REACTIONS, `${aggregateId}#${sequence}`);
  }
}

/** An application of counters whose processes share PostgreSQL and Redis. */
export function roleApp(role: ProcessRole, settings: RoleSettings, handlers: readonly Type[] = [SlowAddHandler]): Type {
  const { postgresUrl, redisPort, leaseMs, sweepIntervalMs, maxWaitingCommands = 10_000 } = settings;
  const { release, routesKeptMs, fatalAmount } = settings;
  const projections = release === 'next' ? [NextTotals, Names, Parities] : [Totals, Additions, Tell];
  const connection = { host: '127.0.0.1', port: redisPort };
  const options = { connection, leaseMs, maxWaitingCommands };
  const queue = routesKeptMs === undefined ? redisQueue(options) : shortRoutesQueue(options, routesKeptMs);
  const redis = { provide: REDIS, useFactory: () => new Redis({ ...connection, lazyConnect: true }) };

  @Module({
    imports: [
      EventSourcingModule.forFeature({
        pipeline: 'counting',
        aggregateType: 'counter',
        events: [Added, Reset, Renamed],
      }),
    ],
    providers: [...handlers, ...projections, redis],
  })
  class CountingModule {
    constructor(
      @Inject(REDIS) private readonly client: Redis,
      eventBus: EventBus,
    ) {
      eventBus.subscribe((event) => {
        // It is told between the append and the acknowledgement.
        if (event instanceof Added && event.amount === fatalAmount) process.kill(process.pid, 'SIGKILL');
      });
    }

    onApplicationShutdown(): void {
      this.client.disconnect();
    }
  }

  @Module({
    imports: [
      CqrsModule.forRoot(),
      EventSourcingModule.forRoot({
        role,
        sweepIntervalMs,
        eventStore: postgres({ connectionString: postgresUrl }),
        queue,
      }),
      CountingModule,
    ],
  })
  class AppModule {}
  return AppModule;
}

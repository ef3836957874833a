import { Module, type Type } from '@nestjs/common';
import { Command, CqrsModule } from '@nestjs/cqrs';
import { IsInt, IsString } from 'class-validator';
import { clickhouse } from '../../../lib/clickhouse.js';
import {
  type AggregateCommandHandler,
  Apply,
  CommandHandler,
  type CommandReceipt,
  createTenantId,
  DomainEvent,
  EventSourcingModule,
  FoldProjection,
  type FoldHandler,
  type ProcessRole,
  type RecordedEvent,
  type StorageAdapter,
} from '../../../lib/index.js';
import { redisQueue } from '../../../lib/redis.js';
import { type Saves, watchingSaves } from './saves.js';

/** What all processes of one application have in common. */
export interface SpendingSettings {
  readonly role: ProcessRole;
  readonly url: string;
  readonly username: string;
  readonly password: string;
  readonly redisPort: number;
}

const NO_LIMIT = 10_000_000;
/** Each lane waits for a flush to ClickHouse, so it takes many of them to fill one. */
const CONCURRENCY = 1_024;

export class Spend extends Command<CommandReceipt> {
  readonly tenantId = createTenantId('bench');
  @IsString() readonly card: string;
  @IsInt() readonly amount: number;
  @IsString() readonly merchant = 'a merchant with a name of some length, and a town';

  constructor(card: string, amount: number) {
    super();
    this.card = card;
    this.amount = amount;
  }
}

@DomainEvent('bench.spent')
export class Spent {
  @IsInt() readonly amount!: number;
  @IsString() readonly merchant!: string;
}

@CommandHandler(Spend, { type: 'bench.spend', aggregateId: ({ card }) => card, stateless: true })
class SpendHandler implements AggregateCommandHandler<Spend> {
  handle({ amount, merchant }: Spend): readonly object[] {
    return [Object.assign(new Spent(), { amount, merchant })];
  }
}

interface Spendings {
  readonly count: number;
  readonly total: number;
  readonly lastMerchant: string;
}

@FoldProjection({ name: 'spendings' })
class CardSpendings implements FoldHandler<Spendings> {
  init(): Spendings {
    return { count: 0, total: 0, lastMerchant: '' };
  }

  @Apply(Spent)
  spent({ count, total }: Spendings, { data }: RecordedEvent<Spent>): Spendings {
    return { count: count + 1, total: total + data.amount, lastMerchant: data.merchant };
  }
}

/** @param saves told of the rows that this process saves */
export function spendingApp({ role, url, username, password, redisPort }: SpendingSettings, saves: Saves): Type {
  const redis = { host: '127.0.0.1', port: redisPort };
  const eventStore: StorageAdapter = watchingSaves(clickhouse({ url, username, password, redis }), 'spendings', saves);
  const queue = redisQueue({
    connection: redis,
    maxWaitingCommands: NO_LIMIT,
    maxWaitingJobs: NO_LIMIT,
    maxWaitingJobsPerTenant: NO_LIMIT,
    concurrency: CONCURRENCY,
    commandConcurrency: CONCURRENCY,
    tenantSharePercent: 100,
  });

  @Module({
    imports: [EventSourcingModule.forFeature({ pipeline: 'spending', aggregateType: 'card', events: [Spent] })],
    providers: [SpendHandler, CardSpendings],
  })
  class SpendingModule {}

  @Module({
    imports: [CqrsModule.forRoot(), EventSourcingModule.forRoot({ role, eventStore, queue }), SpendingModule],
  })
  class AppModule {}
  return AppModule;
}

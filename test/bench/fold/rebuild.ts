import { setTimeout as delay } from 'node:timers/promises';
import { Module, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { CqrsModule } from '@nestjs/cqrs';
import { clickhouse } from '../../../lib/clickhouse.js';
import {
  Apply,
  createTenantId,
  EventSourcingModule,
  FoldProjection,
  type FoldHandler,
  ProjectionMaintenance,
  type RecordedEvent,
  type StorageAdapter,
} from '../../../lib/index.js';
import { startTestClickHouse } from '../../support/clickhouse-server.js';
import { createStorageContext } from '../../support/storage-context.js';
import { Spent } from '../end-to-end/spending-app.js';

const AGGREGATES_AT_ONCE = 50;
const POLL_MS = 20;
/** A build that has not ended by then never will. */
const TIMEOUT_MS = 120_000;

interface Spendings {
  readonly count: number;
  readonly total: number;
  readonly lastMerchant: string;
}

/** How many events a second a new version of a fold is built from, one version a round, in ClickHouse. */
export async function rebuildRates(rounds: number, aggregates: number, eventsEach: number): Promise<number[]> {
  const server = await startTestClickHouse();
  const { url, username, password } = server;
  const eventStore = clickhouse({ url, username, password, singleWriter: true });
  try {
    await fill(eventStore, aggregates, eventsEach);
    const rates: number[] = [];
    for (let version = 1; version <= rounds; version += 1) rates.push(await rebuild(eventStore, version));
    return rates;
  } finally {
    await server.stop();
  }
}

async function fill(eventStore: StorageAdapter, aggregates: number, eventsEach: number): Promise<void> {
  const storage = await eventStore.open(await createStorageContext({}, [Spent]));
  const tenantId = createTenantId('bench');
  let next = 0;
  const append = async (): Promise<void> => {
    while (next < aggregates) {
      const stream = { tenantId, aggregateType: 'card', aggregateId: `card-${(next += 1)}` };
      const data = Object.assign(new Spent(), { amount: next, merchant: 'a merchant with a name of some length' });
      await storage.events.append(
        stream,
        Array.from({ length: eventsEach }, () => ({ data })),
      );
    }
  };
  await Promise.all(Array.from({ length: AGGREGATES_AT_ONCE }, append));
  await storage.close();
}

async function rebuild(eventStore: StorageAdapter, version: number): Promise<number> {
  const app = await NestFactory.createApplicationContext(appWith(eventStore, version), { logger: ['error', 'warn'] });
  try {
    const maintenance = app.get(ProjectionMaintenance);
    const end = performance.now() + TIMEOUT_MS;
    while (performance.now() < end) {
      const build = (await maintenance.builds()).find((one) => one.version === version);
      if (build?.startedAt && build.completedAt) {
        return (build.events * 1_000) / (build.completedAt.getTime() - build.startedAt.getTime());
      }
      await delay(POLL_MS);
    }
    throw new Error('The build did not end.');
  } finally {
    await app.close();
  }
}

function appWith(eventStore: StorageAdapter, version: number): Type {
  @FoldProjection({ name: 'spendings', version })
  class CardSpendings implements FoldHandler<Spendings> {
    init(): Spendings {
      return { count: 0, total: 0, lastMerchant: '' };
    }

    @Apply(Spent)
    spent({ count, total }: Spendings, { data }: RecordedEvent<Spent>): Spendings {
      return { count: count + 1, total: total + data.amount, lastMerchant: data.merchant };
    }
  }

  @Module({
    imports: [EventSourcingModule.forFeature({ pipeline: 'spending', aggregateType: 'card', events: [Spent] })],
    providers: [CardSpendings],
  })
  class SpendingModule {}

  @Module({
    imports: [CqrsModule.forRoot(), EventSourcingModule.forRoot({ eventStore, checkPurity: false }), SpendingModule],
  })
  class AppModule {}
  return AppModule;
}

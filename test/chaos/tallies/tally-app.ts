import { Module, type Type } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import { clickhouse } from '../../../lib/clickhouse.js';
import { EventSourcingModule, type StorageAdapter } from '../../../lib/index.js';
import { postgres } from '../../../lib/postgres.js';
import { redisQueue } from '../../../lib/redis.js';
import { coveringAgain } from '../../support/covering-again.js';
import { CrashPoints } from '../../support/crash-points.js';
import { crashingQueue } from '../../support/crashing-queue.js';
import { crashingStorage } from '../../support/crashing-storage.js';
import { Effects, TakeEffect } from './effects.js';
import { Counted, CountHandler, Counts, Residues, Tallies, TALLY } from './tallies.js';
import type { TallyPlan, TallyStore } from './tally-plan.js';

/** What a killed process has begun stands in the way of its aggregate for so long. */
const CLICKHOUSE_BOUNDS = { insertDeadlineMs: 2_000, maxInsertMs: 2_000 };

/** A killed worker leaves few lanes behind, which have to be tried one by one. */
const SLOTS = { concurrency: 16, commandConcurrency: 8 };

/** An application of tallies, in which every job of a projection comes twice. */
export function tallyApp({ role, name, store, crash, guarded, ...plan }: TallyPlan): Type {
  const points = new CrashPoints(crash);
  const connection = { host: '127.0.0.1', port: plan.redisPort };
  const storage = crashingStorage(adapter(store, connection), points);

  @Module({
    imports: [EventSourcingModule.forFeature({ pipeline: 'tallying', aggregateType: TALLY, events: [Counted] })],
    providers: [
      CountHandler,
      Tallies,
      Residues,
      Counts,
      TakeEffect,
      { provide: Effects, useFactory: () => new Effects(plan.journals, name) },
    ],
  })
  class TallyingModule {}

  @Module({
    imports: [
      CqrsModule.forRoot(),
      EventSourcingModule.forRoot({
        role,
        sweepIntervalMs: plan.sweepIntervalMs,
        checkPurity: false,
        eventStore: guarded ? storage : coveringAgain(storage),
        queue: crashingQueue(redisQueue({ connection, leaseMs: plan.leaseMs, ...SLOTS }), points),
      }),
      TallyingModule,
    ],
  })
  class AppModule {}
  return AppModule;
}

function adapter(store: TallyStore, redis: { readonly host: string; readonly port: number }): StorageAdapter {
  if (store.kind === 'postgres') return postgres({ connectionString: store.connectionString });
  const { kind: _kind, ...server } = store;
  return clickhouse({ ...server, redis, eventStore: CLICKHOUSE_BOUNDS });
}

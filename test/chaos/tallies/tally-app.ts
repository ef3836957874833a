import { Module, type Type } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import { EventSourcingModule } from '../../../lib/index.js';
import { redisQueue } from '../../../lib/redis.js';
import { coveringAgain } from '../../support/covering-again.js';
import { CrashPoints } from '../../support/crash-points.js';
import { crashingQueue } from '../../support/crashing-queue.js';
import { crashingStorage } from '../../support/crashing-storage.js';
import { storeOfPlan } from '../stores/store-of-plan.js';
import { Effects } from './effects.js';
import { notingCursors } from './noting-cursors.js';
import { pacedLog } from './paced-log.js';
import { RELEASES } from './releases.js';
import { Counted, CountHandler, Counts, Residues, TALLY } from './tallies.js';
import type { TallyPlan } from './tally-plan.js';

/** A killed worker leaves few lanes behind, which have to be tried one by one. */
const SLOTS = { concurrency: 16, commandConcurrency: 8 };

/** An application of tallies, in which every job of a projection comes twice. */
export function tallyApp({ role, name, store, crash, release = 'this', guarded, pace, ...plan }: TallyPlan): Type {
  const points = new CrashPoints(crash);
  const effects = new Effects(plan.journals, name);
  const connection = { host: '127.0.0.1', port: plan.redisPort };
  const backend = storeOfPlan(store, connection);
  const paced = pace ? pacedLog(backend, pace, { journals: plan.journals, name }) : backend;
  const storage = crashingStorage(notingCursors(paced, effects), points);

  @Module({
    imports: [EventSourcingModule.forFeature({ pipeline: 'tallying', aggregateType: TALLY, events: [Counted] })],
    providers: [
      CountHandler,
      Residues,
      Counts,
      ...RELEASES[release].providers,
      { provide: Effects, useValue: effects },
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

import { appendFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Module, type Type } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import {
  EventSourcingModule,
  EventSubscription,
  PermanentError,
  type ProcessRole,
  type RecordedEvent,
} from '../../../lib/index.js';
import { redisQueue } from '../../../lib/redis.js';
import { storeOfPlan } from '../stores/store-of-plan.js';
import type { StorePlan } from '../stores/store-plan.js';
import { BellRung } from '../told/told-process.js';

/** What all processes of the application have in common. */
export interface AsideSettings {
  readonly store: StorePlan;
  readonly redisPort: number;
  readonly leaseMs: number;
  readonly sweepIntervalMs: number;
  /** Where processes write down what was done, and see whether the handler is mended: see `TOLD` and `MENDED`. */
  readonly journals: string;
}

/** A line for each event that was done. */
export const TOLD = 'told';
/** Once there is such a file, the handler fails no more. */
export const MENDED = 'mended';

const EFFECT_MS = 5;

/** At once, for good. */
const isPoison = (nth: number): boolean => nth % 7 === 0;
/** Again and again, to the end of its attempts. */
const isUnlucky = (nth: number): boolean => nth % 11 === 0;

/** Which events the handler fails at until it is mended. */
export function isFailing(nth: number): boolean {
  return isPoison(nth) || isUnlucky(nth);
}

/** The application of one process, over a store and Redis; its subscription fails at some events, and goes on without. */
export function asideProcess(role: ProcessRole, settings: AsideSettings): Type {
  const { store, redisPort, leaseMs, sweepIntervalMs, journals } = settings;
  const connection = { host: '127.0.0.1', port: redisPort };

  @EventSubscription({ name: 'bells', from: 'beginning', maxBatchEvents: 5, maxAttempts: 2 })
  class Bells {
    async handle(events: readonly RecordedEvent<BellRung>[]): Promise<void> {
      // It takes a while, so that workers die in it; each line is one write, which a kill cuts nowhere.
      await delay(EFFECT_MS);
      const isMended = existsSync(join(journals, MENDED));
      for (const { data, aggregateId, sequence } of events) {
        if (!isMended && isPoison(data.nth)) throw new PermanentError('poison');
        if (!isMended && isUnlucky(data.nth)) throw new Error('unlucky');
        appendFileSync(join(journals, TOLD), `${aggregateId} ${sequence}\n`);
      }
    }
  }
  @Module({
    imports: [EventSourcingModule.forFeature({ pipeline: 'bells', aggregateType: 'bell', events: [BellRung] })],
    providers: [Bells],
  })
  class BellsModule {}
  @Module({
    imports: [
      CqrsModule.forRoot(),
      EventSourcingModule.forRoot({
        role,
        sweepIntervalMs,
        eventStore: storeOfPlan(store, connection),
        queue: redisQueue({ connection, leaseMs }),
      }),
      BellsModule,
    ],
  })
  class AppModule {}
  return AppModule;
}

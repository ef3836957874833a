import type { Type } from '@nestjs/common';
import type { ProcessRole } from '../../../lib/index.js';
import { redisQueue } from '../../../lib/redis.js';
import { alarmsApp } from '../../support/alarms-app.js';
import { type Crash, CrashPoints } from '../../support/crash-points.js';
import { crashingQueue } from '../../support/crashing-queue.js';
import { crashingStorage } from '../../support/crashing-storage.js';
import { storeOfPlan } from '../stores/store-of-plan.js';
import type { StorePlan } from '../stores/store-plan.js';
import { alarmListeners } from './alarm-listeners.js';

/** What all processes of the application have in common. */
export interface AlarmsSettings {
  readonly store: StorePlan;
  /** Of the queue, and of the arbiter of ClickHouse. */
  readonly redisPort: number;
  readonly leaseMs: number;
  readonly sweepIntervalMs: number;
  /** Directory in which they write down what they are told. */
  readonly journals: string;
}

/** What a process is told in its first argument, as JSON. */
export interface AlarmsPlan extends AlarmsSettings {
  readonly crash?: Crash;
}

/** The application of one process, over Redis, in which every job comes twice but for those of commands. */
export function alarmsProcess(role: ProcessRole, plan: AlarmsPlan): Type {
  const { store, redisPort, leaseMs, sweepIntervalMs, journals } = plan;
  const points = new CrashPoints(plan.crash);
  const connection = { host: '127.0.0.1', port: redisPort };
  const options = {
    role,
    sweepIntervalMs,
    eventStore: crashingStorage(storeOfPlan(store, connection), points),
    queue: crashingQueue(redisQueue({ connection, leaseMs }), points),
  };
  return alarmsApp(options, alarmListeners(journals));
}

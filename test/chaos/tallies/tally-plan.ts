import type { ProcessRole } from '../../../lib/index.js';
import type { Crash } from '../../support/crash-points.js';
import type { StorePlan } from '../stores/store-plan.js';
import type { Pace } from './paced-log.js';
import type { ReleaseName } from './releases.js';

/** What all processes of a test have in common. */
export interface TallySettings {
  readonly store: StorePlan;
  /** Of the queue, and of the arbiter of ClickHouse. */
  readonly redisPort: number;
  readonly leaseMs: number;
  readonly sweepIntervalMs: number;
  /** Directory of what they write down. */
  readonly journals: string;
  /** Over how many aggregates the events are spread. */
  readonly aggregates: number;
  /** False lets folds apply again what their rows cover: nothing else keeps them from counting an event twice. */
  readonly guarded: boolean;
}

/** What a process is told in its first argument, as JSON. */
export interface TallyPlan extends TallySettings {
  readonly name: string;
  readonly role: ProcessRole;
  readonly crash?: Crash;
  /** @default 'this' */
  readonly release?: ReleaseName;
  /** How it reads a log of which it builds a version. @default as fast as it can */
  readonly pace?: Pace;
}

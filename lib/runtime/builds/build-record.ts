import type { LogPlace } from '../../event-store/log-row.js';

/** How far the build of a version has come, as it stands on record. All before `place` is saved. */
export interface BuildRecord {
  readonly kind: 'fold' | 'map';
  readonly name: string;
  readonly version: number;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  /** Read so far, over all processes that had a part in it. */
  readonly events: number;
  readonly aggregates: number;
  /** What there was at the start. */
  readonly totalEvents: number;
  readonly totalAggregates: number;
  /** Events that were read and saved in a second, by the process that builds now. */
  readonly eventsPerSecond: number;
  /** Absent at the beginning. */
  readonly place?: LogPlace;
  /** Whether all of the log was read; what is left then is the work of lanes. */
  readonly isRead: boolean;
  /** When nothing was left but to let reads switch to it; milliseconds since the epoch. */
  readonly completedAt?: number;
}

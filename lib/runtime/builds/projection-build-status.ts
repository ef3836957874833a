import type { WrittenRecord } from './build-ledger.js';

/** How far the build of one version of a projection has come. @publicApi */
export interface ProjectionBuildStatus {
  readonly projection: string;
  readonly version: number;
  readonly kind: 'fold' | 'map';
  /**
   * - `waiting`: no process has begun with it
   * - `reading`: the log is read and folded, or mapped
   * - `finishing`: all of it is; what was recorded meanwhile is worked off
   * - `complete`: reads are answered from it
   */
  readonly status: 'waiting' | 'reading' | 'finishing' | 'complete';
  /** Events that were read and whose outcome is saved. */
  readonly events: number;
  /** Aggregates of which all is. */
  readonly aggregates: number;
  /** What there was in the log at the start. */
  readonly totalEvents: number;
  readonly totalAggregates: number;
  /** Since a process began, or went on, with it. */
  readonly eventsPerSecond: number;
  readonly remainingEvents: number;
  /** At that rate; `null` where nothing is known of it. Milliseconds. */
  readonly remainingMs: number | null;
  readonly startedAt?: Date;
  /** When the figures were written down: once a second while a process builds. */
  readonly updatedAt?: Date;
  readonly completedAt?: Date;
}

const SECOND_MS = 1_000;

/** @param active the version of the projection that reads are answered from */
export function toBuildStatus({ record, writtenAt }: WrittenRecord, active: number): ProjectionBuildStatus {
  const { kind, name, version, events, aggregates, eventsPerSecond, isRead } = record;
  const completedAt = active >= version ? record.completedAt : undefined;
  // What came since the start is read as well.
  const totalEvents = Math.max(record.totalEvents, events);
  const totalAggregates = Math.max(record.totalAggregates, aggregates);
  const remainingEvents = isRead ? 0 : totalEvents - events;
  return {
    ...{ projection: name, version, kind, events, aggregates, totalEvents, totalAggregates, eventsPerSecond },
    status: completedAt !== undefined ? 'complete' : isRead ? 'finishing' : 'reading',
    remainingEvents,
    remainingMs: remainingMsOf(remainingEvents, eventsPerSecond),
    startedAt: new Date(record.startedAt),
    updatedAt: new Date(writtenAt),
    ...(completedAt !== undefined && { completedAt: new Date(completedAt) }),
  };
}

function remainingMsOf(events: number, eventsPerSecond: number): number | null {
  if (events === 0) return 0;
  return eventsPerSecond === 0 ? null : Math.round((events / eventsPerSecond) * SECOND_MS);
}

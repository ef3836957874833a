import type { Clock } from '../../clock/clock.js';
import type { EventLog } from '../../event-store/event-log.js';
import type { EventStore } from '../../event-store/event-store.js';
import type { GroupQueue } from '../../queue/group-queue.js';
import type { StagedJob } from '../../queue/staged-job.js';
import type { Comparison } from '../comparisons/comparison.js';
import type { BuildLedger } from './build-ledger.js';
import type { BuildRecord } from './build-record.js';
import type { LaneSettling } from './lane-settling.js';
import { LogReading, type LogReadingOptions, type Progress } from './log-reading.js';
import type { ProjectionBuilder } from './projection-builder.js';
import { sourcesOf } from '../sources-of.js';
import type { BuiltProjection } from './unbuilt-versions.js';

/** Jobs that are staged and waited for together. */
const JOBS_AT_ONCE = 500;

export interface ProjectionBuildTools {
  readonly log: EventLog;
  readonly store: EventStore;
  readonly queue: GroupQueue;
  readonly ledger: BuildLedger;
  readonly settling: LaneSettling;
  readonly clock: Clock;
  readonly reading: LogReadingOptions;
}

/**
 * Brings one version of a projection from nothing, or from where the last process came to, to where it may be read:
 *
 *     count what there is → read the log, fold, save → compare with the log, let lanes do what is lacking
 *
 * Whatever of it is done twice changes nothing.
 */
export class ProjectionBuild {
  /**
   * @param builder absent where the log cannot be read stream by stream, and all is the work of lanes
   * @param comparisons of the component, at least one, in the order in which they are to be satisfied
   */
  constructor(
    private readonly projection: BuiltProjection,
    private readonly builder: ProjectionBuilder | undefined,
    private readonly comparisons: readonly Comparison[],
    private readonly tools: ProjectionBuildTools,
  ) {}

  /** Resolves when the version is complete. @throws what stores and the queue throw, and the reason of the signal */
  async run(signal: AbortSignal): Promise<BuildRecord> {
    const { component } = this.projection;
    const { ledger, clock } = this.tools;
    let record = (await ledger.load(component)) ?? (await this.begin(signal));
    if (!record.isRead) {
      record = await (this.builder
        ? this.read(record, this.builder, signal)
        : this.route(record, this.comparisons[0]!, signal));
    }
    for (const comparison of this.comparisons) await this.satisfy(comparison, signal);
    return { ...record, completedAt: clock.now() };
  }

  private async begin(signal: AbortSignal): Promise<BuildRecord> {
    const { kind, component, name, version } = this.projection;
    const { ledger, clock } = this.tools;
    const startedAt = clock.now();
    const total = await this.count(signal);
    const none = { events: 0, aggregates: 0, eventsPerSecond: 0, isRead: false };
    const record: BuildRecord = { kind, name, version, startedAt, ...total, ...none };
    await ledger.save(component, record);
    return record;
  }

  private async count(signal: AbortSignal): Promise<Pick<BuildRecord, 'totalEvents' | 'totalAggregates'>> {
    const total = { totalEvents: 0, totalAggregates: 0 };
    for (const aggregateType of sourcesOf(this.projection)) {
      for await (const { count } of this.tools.store.heads({ aggregateType, types: [...this.projection.types] })) {
        signal.throwIfAborted();
        total.totalEvents += count;
        total.totalAggregates += 1;
      }
    }
    return total;
  }

  private async read(begun: BuildRecord, builder: ProjectionBuilder, signal: AbortSignal): Promise<BuildRecord> {
    const { log, reading } = this.tools;
    const keep = this.keeper(begun);
    let record = begun;
    const from = { events: begun.events, aggregates: begun.aggregates, place: begun.place };
    const keepRead = async (progress: Progress, isRead: boolean): Promise<void> => {
      record = await keep(progress, isRead);
    };
    await new LogReading(this.projection, builder, from, keepRead, reading).run(log, signal);
    return record;
  }

  /** Where lanes do all of it, each aggregate that is no longer behind counts as read. */
  private async route(begun: BuildRecord, first: Comparison, signal: AbortSignal): Promise<BuildRecord> {
    const keep = this.keeper(begun);
    let { events, aggregates } = begun;
    await this.satisfy(first, signal, async (jobs) => {
      aggregates += jobs.length;
      for (const { job } of jobs) if ('to' in job) events += job.to - job.from + 1;
      await keep({ events: Math.min(events, begun.totalEvents), aggregates }, false);
    });
    return keep({ events: Math.min(events, begun.totalEvents), aggregates }, true);
  }

  /** Puts on record how far this process has come, and how fast. */
  private keeper(begun: BuildRecord): (progress: Progress, isRead: boolean) => Promise<BuildRecord> {
    const since = performance.now();
    return async (progress, isRead) => {
      const seconds = (performance.now() - since) / 1_000;
      const eventsPerSecond = Math.round((progress.events - begun.events) / seconds);
      const record = { ...begun, ...progress, eventsPerSecond, isRead };
      await this.tools.ledger.save(this.projection.component, record);
      return record;
    };
  }

  /** What is staged twice is covered, or recorded, already. */
  private async satisfy(
    comparison: Comparison,
    signal: AbortSignal,
    onDone: (jobs: readonly StagedJob[]) => Promise<void> = async () => {},
  ): Promise<void> {
    const { queue, settling } = this.tools;
    let jobs: StagedJob[] = [];
    const settle = async (): Promise<void> => {
      await queue.stage(jobs);
      await settling.settled(jobs, signal);
      await onDone(jobs);
      jobs = [];
    };
    for await (const job of comparison.lack()) {
      signal.throwIfAborted();
      jobs.push(job);
      if (jobs.length >= JOBS_AT_ONCE) await settle();
    }
    if (jobs.length > 0) await settle();
  }
}

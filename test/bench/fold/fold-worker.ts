import { SystemClock } from '../../../lib/clock/system-clock.js';
import { MemoryEventStore } from '../../../lib/event-store/memory/memory-event-store.js';
import { FoldCache } from '../../../lib/projections/fold-cache.js';
import { FoldEvents } from '../../../lib/projections/fold-events.js';
import { FoldExecutor } from '../../../lib/projections/fold-executor.js';
import { ClickHouseProjectionStore } from '../../../lib/projections/stores/clickhouse/clickhouse-projection-store.js';
import { PROJECTION_MIGRATIONS } from '../../../lib/projections/stores/clickhouse/migrations/index.js';
import type { EventRangeJob } from '../../../lib/queue/job.js';
import type { LaneBatch } from '../../../lib/queue/lane-batch.js';
import { redisQueue } from '../../../lib/queue/redis/redis-queue.adapter.js';
import type { StagedJob } from '../../../lib/queue/staged-job.js';
import { type TestDatabase, startTestDatabase } from '../../support/clickhouse-database.js';
import { startTestRedis, type TestRedis } from '../../support/redis-server.js';
import { createStorageContext } from '../../support/storage-context.js';
import { BENCH_FOLD, benchJob, Happened } from './bench-fold.js';

const CACHE_BYTES = 33_554_432;
const STAGED_AT_ONCE = 500;
const POLICY = { maxBatchJobs: 500, maxAttempts: 1, backoffMs: 1, maxBackoffMs: 1, timeoutMs: 60_000 } as const;
const NO_LIMITS = {
  maxWaitingJobs: 10_000_000,
  maxWaitingJobsPerTenant: 10_000_000,
  maxWaitingBytesPerTenant: 2_000_000_000,
};

/** Each lane waits for a load and a save that others share, so it takes many of them to fill these; one tenant has all. */
const ALL_SLOTS = { concurrency: 1_024, tenantSharePercent: 100 };

/** What one drain of a queue took. */
export interface FoldFigures {
  readonly eventsPerSecond: number;
  /** Statements that the projection store sent for 200 events. */
  readonly statementsPer200: number;
}

/** A worker as an application has it, between a Redis and a ClickHouse of its own. */
export class FoldWorker {
  private statements = 0;
  private rounds = 0;

  private constructor(
    private readonly redis: TestRedis,
    private readonly database: TestDatabase,
    private readonly projections: ClickHouseProjectionStore,
  ) {
    const { connection } = database;
    const [query, insert] = [connection.query.bind(connection), connection.insert.bind(connection)];
    connection.query = (...args) => ((this.statements += 1), query(...args));
    connection.insert = (...args) => ((this.statements += 1), insert(...args));
  }

  static async open(): Promise<FoldWorker> {
    const [redis, database] = await Promise.all([startTestRedis(), startTestDatabase([PROJECTION_MIGRATIONS])]);
    return new FoldWorker(redis, database, new ClickHouseProjectionStore(database.connection));
  }

  async stop(): Promise<void> {
    await this.projections.close();
    await Promise.all([this.redis.stop(), this.database.stop()]);
  }

  /** All events of one aggregate, waiting in its lane: past a thousand of them it keeps no payloads. */
  async hotAggregate(events: number): Promise<FoldFigures> {
    const tenant = this.nextTenant();
    const jobs = Array.from({ length: events }, (_, index) => benchJob(0, index + 1, tenant));
    const context = await createStorageContext({}, [Happened]);
    const store = new MemoryEventStore(context);
    const { tenantId, aggregateType, id: aggregateId } = jobs[0]!.lane;
    const data = jobs.map(({ job }) => ({ data: context.serializer.deserialize(job.events![0]!).data }));
    for (let from = 0; from < events; from += STAGED_AT_ONCE) {
      await store.append({ tenantId, aggregateType, aggregateId }, data.slice(from, from + STAGED_AT_ONCE));
    }
    return this.drain(jobs, store);
  }

  /** One event each of aggregates whose rows nobody remembers. */
  async coldAggregates(aggregates: number): Promise<FoldFigures> {
    const tenant = this.nextTenant();
    const jobs = Array.from({ length: aggregates }, (_, index) => benchJob(index, 2, tenant));
    const state = { count: 1, prices: 1, byTag: {}, text: 'x'.repeat(700) };
    await this.projections.save(
      jobs.map(({ lane: { tenantId, id } }) => {
        return { tenantId, projection: BENCH_FOLD.name, version: 1, id, sequence: 1, state, updatedAt: 1 };
      }),
    );
    return this.drain(jobs, new MemoryEventStore(await createStorageContext({}, [Happened])));
  }

  private nextTenant(): string {
    this.rounds += 1;
    return `tenant-${this.rounds}`;
  }

  private async drain(jobs: readonly StagedJob[], store: MemoryEventStore): Promise<FoldFigures> {
    await this.redis.flush();
    const clock = new SystemClock();
    const connection = { host: '127.0.0.1', port: this.redis.port };
    const queue = await redisQueue({ connection, ...NO_LIMITS, ...ALL_SLOTS }).open({ clock });
    for (let from = 0; from < jobs.length; from += STAGED_AT_ONCE) {
      await queue.stage(jobs.slice(from, from + STAGED_AT_ONCE));
    }
    const { serializer } = await createStorageContext({}, [Happened]);
    const executor = new FoldExecutor({
      events: new FoldEvents(store, serializer),
      projections: this.projections,
      cache: new FoldCache(CACHE_BYTES, clock),
      checkPurity: false,
    });
    this.statements = 0;
    const begun = performance.now();
    let left = jobs.length;
    await new Promise<void>((resolve, reject) => {
      queue.consume({
        components: [{ kind: 'fold', component: BENCH_FOLD.component }],
        policy: () => ({ ...POLICY, whenExhausted: 'park' }),
        handle: async (given) => {
          const batch = given as LaneBatch<EventRangeJob>;
          const { completed, failure } = await executor.execute(BENCH_FOLD, batch);
          if (failure) reject(failure.error);
          // Jobs that waited long are merged into one.
          for (const { from, to } of batch.jobs.slice(0, completed)) left -= to - from + 1;
          if (left === 0) resolve();
          return { completed, followUps: [] };
        },
      });
    });
    const seconds = (performance.now() - begun) / 1_000;
    const statements = this.statements;
    await queue.drain();
    return { eventsPerSecond: jobs.length / seconds, statementsPer200: (statements * 200) / jobs.length };
  }
}

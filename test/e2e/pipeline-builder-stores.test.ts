import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Queue } from 'bullmq';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  definePipeline,
  EventForwarder,
  EventSourcing,
  type EventStream,
  type ForwardedEvent,
  type ProjectionHandler,
  toQueue,
  toRedisStream,
} from '../../lib/compat.js';
import { clickhouse } from '../../lib/clickhouse.js';
import {
  createTenantId,
  GroupQueue,
  inProcessQueue,
  type QueueAdapter,
  type RecordedEvent,
  type StorageAdapter,
  type TenantId,
} from '../../lib/index.js';
import { postgres } from '../../lib/postgres.js';
import { redisQueue } from '../../lib/redis.js';
import { createWithStores, type TestingApplication } from '../../lib/testing.js';
import { newDatabaseName, startTestClickHouse, type TestClickHouse } from '../support/clickhouse-server.js';
import { eventually } from '../support/eventually.js';
import { survivingMemory } from '../support/memories.js';
import { startTestPostgres, type TestPostgres } from '../support/postgres-server.js';
import { startTestRedis, type TestRedis } from '../support/redis-server.js';
import {
  notifyOnError,
  records,
  RecordSpanCommand,
  SlowSpans,
  SpanFailed,
  SpanRecorded,
  summary,
} from '../support/span-pipeline.js';

const tenantId = createTenantId('acme');
const context = { tenantId };
const id = 'trace-123';
const stream = { tenantId, aggregateType: 'span', aggregateId: id };

let postgresServer: TestPostgres;
let clickhouseServer: TestClickHouse;
let redis: TestRedis;
/** Where events are forwarded to: another server than that of the queue, which loses everything. */
let target: TestRedis;
beforeAll(async () => {
  [postgresServer, clickhouseServer, redis, target] = await Promise.all([
    startTestPostgres(),
    startTestClickHouse(),
    startTestRedis(),
    startTestRedis(),
  ]);
});
afterAll(() => Promise.all([postgresServer.stop(), clickhouseServer.stop(), redis.stop(), target.stop()]));

/** What applications of one test have in common. */
interface Stores {
  readonly open: () => StorageAdapter;
  readonly queue: () => QueueAdapter;
}

const inRedis = (): (() => QueueAdapter) => {
  const name = randomUUID();
  return () => redisQueue({ connection: { host: redis.host, port: redis.port }, name });
};

const STORES: readonly (readonly [string, () => Promise<Stores>])[] = [
  [
    'memory',
    async () => {
      const kept = survivingMemory();
      return { open: () => kept, queue: () => inProcessQueue({ drainTimeoutMs: 50 }) };
    },
  ],
  [
    'PostgreSQL and Redis',
    async () => {
      const connectionString = await postgresServer.createDatabase();
      return { open: () => postgres({ connectionString }), queue: inRedis() };
    },
  ],
  [
    'ClickHouse and Redis',
    async () => {
      const { url, username, password } = clickhouseServer;
      const database = newDatabaseName();
      return { open: () => clickhouse({ url, username, password, database, singleWriter: true }), queue: inRedis() };
    },
  ],
];

/** What handlers of one test did. */
class Done {
  readonly handled: string[] = [];
  readonly told: unknown[] = [];
  isDown = false;
}

interface SummaryOfAll {
  readonly traceId: string;
  readonly spanIds: readonly string[];
  readonly failed: number;
}

@Injectable()
class SummaryProjectionHandler implements ProjectionHandler<SpanRecorded | SpanFailed, SummaryOfAll> {
  handle(events: EventStream<TenantId, RecordedEvent<SpanRecorded | SpanFailed>>): SummaryOfAll {
    const all = events.getEvents();
    return {
      traceId: events.getAggregateId(),
      spanIds: all.filter(({ type }) => type === 'span_ingestion.recorded').map(({ data }) => data.spanId),
      failed: all.filter(({ type }) => type === 'span_ingestion.failed').length,
    };
  }
}

@Injectable()
class AnalyticsProjectionHandler implements ProjectionHandler<SpanRecorded, { totalMs: number } | null> {
  constructor(private readonly slow: SlowSpans) {}

  async handle(events: EventStream<TenantId, RecordedEvent<SpanRecorded>>): Promise<{ totalMs: number } | null> {
    const slow = events.getEvents().filter(({ data }) => this.slow.isSlow(data.durationMs));
    return slow.length > 0 ? { totalMs: slow.reduce((sum, { data }) => sum + data.durationMs, 0) } : null;
  }
}

@Injectable()
class SpanWriterHandler {
  static getEventTypes(): string[] {
    return ['span_ingestion.recorded'];
  }
  constructor(private readonly done: Done) {}

  handle({ data, sequence }: RecordedEvent<SpanRecorded>): void {
    if (this.done.isDown) throw new Error('down');
    this.done.handled.push(`${data.spanId}#${sequence}`);
  }
}

describe.each(STORES)('a defined pipeline on %s', (_, create) => {
  let stores: Stores;
  let done: Done;
  let bullmq: Queue;
  let redisStream: string;
  let es: TestingApplication | undefined;
  beforeEach(async () => {
    stores = await create();
    done = new Done();
    redisStream = randomUUID();
    bullmq = new Queue(randomUUID(), { connection: { host: target.host, port: target.port } });
  });
  afterEach(async () => {
    await es?.close();
    await bullmq.close();
  });

  const pipeline = () =>
    definePipeline()
      .withName('span_ingestion')
      .withAggregateType('span')
      .withEvents(SpanRecorded, SpanFailed)
      .withFoldProjection('counts', summary)
      .withMapProjection('records', records)
      .withReactor(
        'counts',
        'notify',
        notifyOnError((...what) => void done.told.push(what)),
      )
      .withProjection('summary', SummaryProjectionHandler)
      .withProjection('analytics', AnalyticsProjectionHandler, { eventTypes: ['span_ingestion.recorded'] })
      .withEventHandler('spanStorage', SpanWriterHandler)
      .withEventPublisher(new EventForwarder(toRedisStream(target.client, redisStream)))
      .withEventPublisher(new EventForwarder(toQueue(bullmq)), { name: 'span_queue' })
      .withCommand('recordSpan', RecordSpanCommand, { commandId: ({ spanId }) => spanId })
      .build();

  async function boot() {
    const registered = new EventSourcing().register(pipeline(), {
      providers: [SlowSpans, { provide: Done, useValue: done }],
    });
    const { open, queue } = stores;
    es = await createWithStores({ imports: [registered.module], eventStore: open(), queue: queue(), logger: false });
    return registered;
  }

  async function forwarded(): Promise<readonly (readonly ForwardedEvent[])[]> {
    const entries = await target.client.xrange(redisStream, '-', '+');
    const jobs = await bullmq.getJobs(['waiting'], 0, -1, true);
    const inStream = entries.map(([, fields]) => JSON.parse(fields[fields.indexOf('event') + 1]!) as ForwardedEvent);
    return [inStream, jobs.map((job) => job.data as ForwardedEvent)];
  }

  it('handles a command, and leads its events to projections, handlers and others', async () => {
    const { commands, service } = await boot();
    await commands.recordSpan.send({ tenantId, traceId: id, spanId: 'a', durationMs: 5 }, { waitFor: 'stored' });
    const slow = { tenantId, traceId: id, spanId: 'b', durationMs: 2_000 };
    await commands.recordSpan.send(slow, { waitFor: 'stored' });
    await service.storeEvents(
      [
        // Older than all of the above, and recorded after them.
        {
          aggregateId: id,
          tenantId,
          timestamp: 2,
          type: 'span_ingestion.recorded',
          data: { spanId: 'y', durationMs: 1 },
        },
        {
          aggregateId: id,
          tenantId,
          timestamp: 1,
          type: 'span_ingestion.recorded',
          data: { spanId: 'x', durationMs: 1 },
        },
      ],
      context,
    );

    await eventually(async () => {
      const summary = await service.getProjectionByName<SummaryOfAll>('summary', id, context);
      expect(summary).toEqual({ traceId: id, spanIds: ['x', 'y', 'a', 'b'], failed: 1 });
      expect(await service.getProjectionByName('analytics', id, context)).toEqual({ totalMs: 2_000 });
      expect(await service.getProjectionByName('counts', id, context)).toEqual({ spans: 4, failed: 1 });
      expect(await es!.projections.records('records', id, context)).toHaveLength(4);
      expect(done.told).toEqual([[id, 1]]);
      expect(done.handled).toEqual(['a#1', 'b#2', 'x#4', 'y#5']);
      for (const events of await forwarded()) {
        expect(events.map(({ sequence, type, data }) => ({ sequence, type, data }))).toEqual([
          { sequence: 1, type: 'span_ingestion.recorded', data: { spanId: 'a', durationMs: 5 } },
          { sequence: 2, type: 'span_ingestion.recorded', data: { spanId: 'b', durationMs: 2_000 } },
          { sequence: 3, type: 'span_ingestion.failed', data: { spanId: 'b' } },
          { sequence: 4, type: 'span_ingestion.recorded', data: { spanId: 'x', durationMs: 1 } },
          { sequence: 5, type: 'span_ingestion.recorded', data: { spanId: 'y', durationMs: 1 } },
        ]);
      }
    });
    expect(await service.hasProjectionByName('analytics', id, context)).toBe(true);
    expect(await service.hasProjectionByName('analytics', 'none', context)).toBe(false);
    expect(await service.getProjectionByName('summary', 'none', context)).toBeNull();
    expect(await service.getProjectionByName('summary', id, { tenantId: createTenantId('other') })).toBeNull();
    expect(await service.updateProjectionByName('summary', id, context)).toMatchObject({ failed: 1 });
  });

  it('goes on from its checkpoints when the queue has lost everything', async () => {
    const first = await boot();
    const span = (spanId: string) => ({ data: SpanRecorded.of(spanId, 1) });
    await es!.eventStore.append(stream, [span('a'), span('b')]);
    await eventually(async () => {
      for (const processor of ['spanStorage', 'summary', 'analytics', 'counts', 'span_queue']) {
        const key = `acme:span_ingestion:${processor}:span:trace-123`;
        expect(await first.service.checkpoint(processor, id, context)).toEqual({ key, sequence: 2 });
      }
    });
    done.isDown = true;
    await es!.eventStore.append(stream, [span('c'), span('d')]);
    await eventually(async () => expect(await es!.app.get(GroupQueue).control.failingLanes()).toHaveLength(1));
    await es!.close();
    await redis.flush();

    done.isDown = false;
    const second = await boot();
    await eventually(() => expect(done.handled).toEqual(['a#1', 'b#2', 'c#3', 'd#4']));
    await eventually(async () =>
      expect(await second.service.checkpoint('spanStorage', id, context)).toMatchObject({ sequence: 4 }),
    );
    await eventually(async () => {
      const [inStream, jobs] = await forwarded();
      // At least once: what the first application had given away before it ended may come again, and nothing before that.
      expect([...new Set(inStream!.map(({ sequence }) => sequence))]).toEqual([1, 2, 3, 4]);
      expect(jobs!.map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4]);
    });
    expect(await second.service.checkpoint('spanStorage', 'none', context)).toMatchObject({ sequence: 0 });
    await expect(second.service.checkpoint('nobody', id, context)).rejects.toMatchObject({ field: 'processorName' });
  });
});

import { Module } from '@nestjs/common';
import { afterEach, describe, expect, it } from 'vitest';
import { definePipeline, EventSourcing } from '../../lib/compat.js';
import {
  createTenantId,
  EventSourcingModule,
  GroupQueue,
  memory,
  PermanentError,
  inProcessQueue,
} from '../../lib/index.js';
import { createForTesting, createWithStores, TestClock, type TestingApplication } from '../../lib/testing.js';
import { Add, acme, Added, AddHandler, Notify, Reset, Seen, Totals } from '../support/counter-app.js';
import { eventually } from '../support/eventually.js';
import { SlowSpans, SpanFailed, spanPipeline, SpanRecorded } from '../support/span-pipeline.js';

const tenantId = createTenantId('acme');
const stream = { tenantId, aggregateType: 'span', aggregateId: 'trace-123' };

let es: TestingApplication | undefined;
afterEach(async () => es?.close());

@Module({
  imports: [EventSourcingModule.forFeature({ pipeline: 'counting', aggregateType: 'counter', events: [Added, Reset] })],
  providers: [AddHandler, Totals, Notify, Seen],
  exports: [Seen],
})
class CountingModule {}

describe('createForTesting', () => {
  it('runs a pipeline in memory, and settles when all of it is done', async () => {
    const told: unknown[] = [];
    const registered = new EventSourcing().register(
      spanPipeline((...what) => told.push(what)),
      { providers: [SlowSpans] },
    );
    es = await createForTesting({ imports: [registered.module], logger: false });
    await registered.commands.recordSpan.send({ tenantId, traceId: 'trace-123', spanId: 'a', durationMs: 5_000 });
    expect(await es.settled()).toMatchObject({ jobs: 0, parkedLanes: 0, deadLetters: 0 });
    expect(await es.projections.get('summary', 'trace-123', { tenantId })).toEqual({ spans: 1, failed: 1 });
    expect(await es.projections.records('records', 'trace-123', { tenantId })).toHaveLength(1);
    expect(told).toEqual([['trace-123', 1]]);
  });

  it('takes feature modules, options, and providers in the place of others', async () => {
    const seen = { told: [] as unknown[] };
    es = await createForTesting({
      imports: [CountingModule],
      eventStore: memory(),
      commandTimeoutMs: 5_000,
      logger: false,
      prepare: (builder) => builder.overrideProvider(Seen).useValue(seen),
    });
    expect(await es.commands.run(Add.of('c', 2))).toMatchObject({ status: 'stored', lastSequence: 1 });
    await es.settled();
    expect(await es.projections.get(Totals, 'c', { tenantId: acme })).toMatchObject({ total: 2 });
    expect(es.app.get(Seen, { strict: false })).toBe(seen);
  });

  it('goes by a clock of the test', async () => {
    const reacted: string[] = [];
    const pipeline = definePipeline()
      .withName('spans')
      .withAggregateType('span')
      .withEvents(SpanRecorded, SpanFailed)
      .withFoldProjection('count', { init: () => 0, apply: (count: number) => count + 1 })
      .withReactor('count', 'later', {
        handle: ({ aggregateId }) => void reacted.push(aggregateId),
        options: { debounce: { key: ({ aggregateId }) => aggregateId, delayMs: 3_600_000, maxWaitMs: 3_600_000 } },
      })
      .build();
    const clock = new TestClock();
    es = await createForTesting({ imports: [new EventSourcing().register(pipeline).module], clock, logger: false });
    await es.eventStore.append(stream, [{ data: SpanFailed.of('a') }, { data: SpanFailed.of('b') }]);
    const queue = es.app.get(GroupQueue);
    await eventually(async () => expect(await queue.depth()).toMatchObject({ jobs: 1, running: 0 }));
    await expect(es.settled(0)).rejects.toMatchObject({ code: 'NOT_SETTLED', jobs: 1 });
    expect(reacted).toEqual([]);
    await clock.advance(3_600_000);
    await es.settled();
    expect(reacted).toEqual(['trace-123']);
  });

  it('tells of what is parked', async () => {
    const pipeline = definePipeline()
      .withName('spans')
      .withAggregateType('span')
      .withEvents(SpanRecorded, SpanFailed)
      .withFoldProjection('poisoned', {
        init: () => 0,
        apply: (): number => {
          throw new PermanentError('no');
        },
      })
      .build();
    es = await createForTesting({ imports: [new EventSourcing().register(pipeline).module], logger: false });
    await es.eventStore.append(stream, [{ data: SpanFailed.of('a') }]);
    expect(await es.settled()).toMatchObject({ parkedLanes: 1, parkedJobs: 1 });
  });
});

describe('createWithStores', () => {
  it('runs a pipeline on the stores of the test', async () => {
    const [eventStore, queue] = [memory(), inProcessQueue({ concurrency: 2 })];
    const registered = new EventSourcing().register(spanPipeline(), { providers: [SlowSpans] });
    es = await createWithStores({ imports: [registered.module], eventStore, queue, logger: false });
    await registered.service.storeEvents(
      [{ aggregateId: 'trace-123', tenantId, timestamp: 1, type: 'span_ingestion.failed', data: { spanId: 'a' } }],
      { tenantId },
    );
    await es.settled();
    expect(await registered.service.getProjectionByName('summary', 'trace-123', { tenantId })).toEqual({
      spans: 0,
      failed: 1,
    });
    expect(es.app.get(GroupQueue)).toBeInstanceOf(GroupQueue);
  });
});

import { Injectable, Logger, Module, type Type } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import { describe, expect, it, vi } from 'vitest';
import { definePipeline, EventSourcing, mapCommands, type RegisteredPipeline } from '../../lib/compat.js';
import {
  createTenantId,
  DomainEvent,
  EventSourcingModule,
  type EventSourcingModuleOptions,
  EventStore,
  FeatureFlags,
  GroupQueue,
  Projections,
  type RecordedEvent,
  type SwitchableWork,
  TenantContext,
} from '../../lib/index.js';
import { start } from '../support/apps.js';
import { collect } from '../support/collect.js';
import { eventually } from '../support/eventually.js';
import {
  RecordSpanCommand,
  SlowSpans,
  SpanFailed,
  spanPipeline,
  SpanRecorded,
  summary,
} from '../support/span-pipeline.js';

const acme = createTenantId('acme');
/** Nothing that waits so long is done within a test. */
const LONG_MS = 3_600_000;
const stream = { tenantId: acme, aggregateType: 'span', aggregateId: 'trace-123' };
const span = (spanId: string, durationMs = 5) => ({ tenantId: 'acme', traceId: 'trace-123', spanId, durationMs });

function appOf(registered: readonly RegisteredPipeline<unknown>[], options: EventSourcingModuleOptions = {}): Type {
  @Module({
    imports: [CqrsModule.forRoot(), EventSourcingModule.forRoot(options), ...registered.map(({ module }) => module)],
  })
  class AppModule {}
  return AppModule;
}

const register = (notify?: (traceId: string, failed: number) => void) =>
  new EventSourcing().register(spanPipeline(notify), { providers: [SlowSpans] });

@DomainEvent('other.failed')
class OtherFailed {}

/** A pipeline without flags. */
const otherPipeline = () =>
  new EventSourcing().register(
    definePipeline()
      .withName('other')
      .withAggregateType('other')
      .withEvents(OtherFailed)
      .withFoldProjection('others', { init: () => ({ failed: 0 }), apply: ({ failed }) => ({ failed: failed + 1 }) })
      .build(),
  );

describe('a defined pipeline', () => {
  it('handles commands, and leads their events to fold, map and reactor', async () => {
    const told: unknown[] = [];
    const registered = register((...what) => told.push(what));
    const app = await start(appOf([registered]));
    const { recordSpan } = registered.commands;

    expect(await recordSpan.send(span('span-456'))).toMatchObject({
      status: 'stored',
      aggregateId: 'trace-123',
      lastSequence: 1,
    });
    await recordSpan.send(span('span-457', 2_000));

    const events = await collect(app.get(EventStore).read(stream));
    expect(events.map(({ type }) => type)).toEqual([
      'span_ingestion.recorded',
      'span_ingestion.recorded',
      'span_ingestion.failed',
    ]);
    await eventually(async () => {
      const state = await registered.service.getProjectionByName('summary', 'trace-123', { tenantId: acme });
      expect(state).toEqual({ spans: 2, failed: 1 });
      expect(told).toEqual([['trace-123', 1]]);
      const mapped = await app.get(Projections).records('records', 'trace-123', { tenantId: acme });
      expect(mapped).toHaveLength(2);
    });
  });

  it('refuses payloads that their schema does not take, and passes rejections on', async () => {
    const registered = register();
    const app = await start(appOf([registered]));
    const { recordSpan } = registered.commands;
    await expect(recordSpan.send({ ...span('a'), durationMs: 'long' as never })).rejects.toMatchObject({
      code: 'INVALID_COMMAND',
      problems: ['durationMs: must be a number'],
    });
    await expect(recordSpan.send({ ...span('a'), color: 'red' } as never)).rejects.toThrow('color: is unknown');
    await expect(recordSpan.send(span('a', -1))).rejects.toMatchObject({
      code: 'COMMAND_REJECTED',
      reason: 'NEGATIVE',
    });
    const { tenantId: _, ...withoutTenant } = span('a');
    await expect(recordSpan.send(withoutTenant)).rejects.toMatchObject({ code: 'INVALID_TENANT' });
    expect(await app.get(EventStore).head(stream)).toBe(0);
    await TenantContext.run({ tenantId: acme }, () => recordSpan.send(withoutTenant));
    expect(await app.get(EventStore).head(stream)).toBe(1);
  });

  it('refuses what is no payload, and what is no list of events, also when it is disabled', async () => {
    const running = register();
    await start(appOf([running]));
    for (const { commands, service } of [running, new EventSourcing({ enabled: false }).register(spanPipeline())]) {
      for (const nothing of [undefined, null, 'text', 5] as never[]) {
        await expect(commands.recordSpan.send(nothing)).rejects.toMatchObject({
          code: 'INVALID_COMMAND',
          problems: ['its payload must be an object with a tenantId'],
        });
        const refused = { code: 'INVALID_ARGUMENT', field: 'events' };
        await expect(service.storeEvents(nothing, { tenantId: acme })).rejects.toMatchObject(refused);
        const inside = { code: 'INVALID_ARGUMENT', field: 'events[0]' };
        await expect(service.storeEvents([nothing], { tenantId: acme })).rejects.toMatchObject(inside);
      }
    }
  });

  it('takes a command with a known id once', async () => {
    const registered = register();
    const app = await start(appOf([registered]));
    await registered.commands.recordSpan.send(span('twice'));
    expect(await registered.commands.recordSpan.send(span('twice'))).toMatchObject({ lastSequence: 1 });
    expect(await app.get(EventStore).head(stream)).toBe(1);
  });

  it('lets commands wait, and stand for those that come after them, as it says or as their sender says', async () => {
    const delayed = new EventSourcing().register(
      definePipeline()
        .withName('span_ingestion')
        .withAggregateType('span')
        .withEvents(SpanRecorded, SpanFailed)
        .withCommand('recordSpan', RecordSpanCommand, {
          delayMs: ({ durationMs }) => (durationMs > 100 ? LONG_MS : 0),
          dedupe: { key: ({ traceId, spanId }) => `${traceId}:${spanId}`, forMs: LONG_MS },
        })
        .build(),
      { providers: [SlowSpans] },
    );
    const app = await start(appOf([delayed]));
    const { recordSpan } = delayed.commands;
    const jobs = async (): Promise<number> => (await app.get(GroupQueue).depth()).jobs;
    const head = () => app.get(EventStore).head(stream);

    const first = await recordSpan.send(span('span-1', 200));
    expect(first).toMatchObject({ status: 'queued' });
    expect(await recordSpan.send(span('span-1', 200))).toEqual(first);
    expect([await jobs(), await head()]).toEqual([1, 0]);

    const stored = await recordSpan.send(span('span-2'));
    expect(stored).toMatchObject({ status: 'stored', lastSequence: 1 });
    expect(await recordSpan.send(span('span-2', 50))).toMatchObject({ lastSequence: 1 });
    expect(await head()).toBe(1);

    // What the sender says counts instead.
    expect(await recordSpan.send(span('span-3', 200), { delayMs: 0 })).toMatchObject({ lastSequence: 2 });
    const dedupe = { key: 'another', forMs: LONG_MS };
    expect(await recordSpan.send(span('span-2'), { dedupe })).toMatchObject({ lastSequence: 3 });
    expect(await recordSpan.send(span('span-4'), { delayMs: LONG_MS })).toMatchObject({ status: 'queued' });
    expect([await jobs(), await head()]).toEqual([2, 3]);
    await app.get(GroupQueue).forget(acme);

    await expect(recordSpan.send(span('', 5))).resolves.toMatchObject({ lastSequence: 4 });
    await expect(recordSpan.send(span('x'.repeat(600)))).rejects.toMatchObject({
      code: 'INVALID_COMMAND',
      problems: [expect.stringMatching(/^its dedupe\.key /)],
    });
  });

  it('gives its commands as functions', async () => {
    const registered = register();
    const { recordSpan } = mapCommands(registered.commands);
    await start(appOf([registered]));
    expect(await recordSpan(span('span-1'), { waitFor: 'stored' })).toMatchObject({ lastSequence: 1 });
  });

  it('belongs to one application at a time, from its start to its end', async () => {
    const registered = register();
    const send = () => registered.commands.recordSpan.send(span('span-1'));
    await expect(send()).rejects.toMatchObject({ code: 'PIPELINE_NOT_RUNNING' });
    expect(() => registered.service).toThrow(expect.objectContaining({ code: 'PIPELINE_NOT_RUNNING' }));
    const app = await start(appOf([registered]));
    await expect(start(appOf([registered]))).rejects.toMatchObject({ code: 'PIPELINE_IN_USE' });
    await send();
    await app.close();
    await expect(send()).rejects.toMatchObject({ code: 'PIPELINE_NOT_RUNNING' });
    await start(appOf([registered]));
    await send();
  });

  it('is checked like all others when the application starts', async () => {
    const stray = definePipeline()
      .withName('stray')
      .withAggregateType('stray')
      .withEvents(SpanRecorded)
      .withFoldProjection('summary', { init: () => ({}), apply: (state) => state }, { events: [SpanFailed] as never })
      .build();
    const registered = [register(), new EventSourcing().register(stray)] as const;
    const starting = start(appOf(registered));
    await expect(starting).rejects.toMatchObject({
      code: 'WIRING',
      problems: [
        expect.stringContaining('the fold summary lists SpanFailed, which its pipeline does not declare'),
        expect.stringContaining("The projection name 'summary' is used by"),
      ],
    });
  });

  it('has each name once, and reactors only where the fold is', () => {
    const builder = definePipeline()
      .withName('spans')
      .withAggregateType('span')
      .withEvents(SpanRecorded, SpanFailed)
      .withFoldProjection('summary', summary);
    const problem = expect.objectContaining({ code: 'INVALID_ARGUMENT' });
    expect(() => builder.withFoldProjection('summary', summary)).toThrow(problem);
    expect(() => builder.withReactor('totals' as 'summary', 'notify', { handle: () => {} })).toThrow(problem);
    const once = builder.withCommand('record', RecordSpanCommand);
    expect(() => once.withCommand('record', RecordSpanCommand)).toThrow(problem);
    // A builder stays as it is.
    expect(() => builder.withCommand('record', RecordSpanCommand)).not.toThrow();
  });

  it('handles events in the order of their aggregate, waits for the one that fails, and publishes them', async () => {
    const handled: string[] = [];
    const published: number[] = [];
    let isDown = true;
    @Injectable()
    class SpanWriter {
      static getEventTypes() {
        return ['span_ingestion.recorded'];
      }
      handle({ data }: RecordedEvent<SpanRecorded>): void {
        if (isDown && data.spanId === 'b') throw new Error('down');
        handled.push(data.spanId);
      }
    }
    const pipeline = definePipeline()
      .withName('span_ingestion')
      .withAggregateType('span')
      .withEvents(SpanRecorded, SpanFailed)
      .withEventHandler('spanStorage', SpanWriter)
      .withEventPublisher({ publish: ({ sequence }) => void published.push(sequence) })
      .build();
    const app = await start(appOf([new EventSourcing().register(pipeline)]));
    const events = [SpanRecorded.of('a', 1), SpanFailed.of('a'), SpanRecorded.of('b', 1), SpanRecorded.of('c', 1)];
    await app.get(EventStore).append(
      stream,
      events.map((data) => ({ data })),
    );
    await eventually(() => expect(published).toEqual([1, 2, 3, 4]));
    await eventually(async () => expect(await app.get(GroupQueue).control.failingLanes()).toHaveLength(1));
    expect(handled).toEqual(['a']);
    isDown = false;
    await eventually(() => expect(handled).toEqual(['a', 'b', 'c']));
  });

  it('is held by its own feature flags, and goes on when they say so', async () => {
    let isOn = false;
    const asked = new Set<string>();
    class Flags extends FeatureFlags {
      isOn({ pipeline, kind }: SwitchableWork): boolean {
        asked.add(pipeline);
        return isOn || kind === 'command';
      }
    }
    const pipeline = definePipeline()
      .withName('span_ingestion')
      .withAggregateType('span')
      .withEvents(SpanRecorded, SpanFailed)
      .withFoldProjection('summary', summary)
      .withFeatureFlagService(new Flags())
      .build();
    const held = new EventSourcing().register(pipeline);
    const app = await start(appOf([held, otherPipeline()], { flagCacheMs: 0, flagRecheckMs: 30 }));
    const context = { tenantId: acme };
    const other = { ...stream, aggregateType: 'other' };
    await app.get(EventStore).append(stream, [{ data: SpanRecorded.of('a', 1) }]);
    await app.get(EventStore).append(other, [{ data: new OtherFailed() }]);
    await eventually(async () =>
      expect(await app.get(Projections).get('others', 'trace-123', context)).toEqual({ failed: 1 }),
    );
    await eventually(() => expect([...asked]).toEqual(['span_ingestion']));
    expect(await held.service.hasProjectionByName('summary', 'trace-123', context)).toBe(false);
    isOn = true;
    await eventually(async () =>
      expect(await held.service.hasProjectionByName('summary', 'trace-123', context)).toBe(true),
    );
  });

  it('drops what it is given when it is disabled, and says what', async () => {
    const warn = vi.spyOn(Logger.prototype, 'warn').mockReturnValue(undefined);
    const disabled = new EventSourcing({ enabled: false }).register(spanPipeline());
    await start(disabled.module.module as Type);
    expect(await disabled.commands.recordSpan.send(span('a'))).toEqual({
      status: 'dropped',
      type: 'span_ingestion.record',
    });
    const event = { aggregateId: 'trace-1', tenantId: acme, timestamp: 0, type: 'span_ingestion.failed', data: {} };
    expect(await disabled.service.storeEvents([event], { tenantId: acme })).toEqual([]);
    expect(await disabled.service.hasProjectionByName('summary', 'trace-1', { tenantId: acme })).toBe(false);
    expect(disabled.dropped).toMatchObject({
      total: 2,
      recent: [
        { kind: 'command', type: 'span_ingestion.record', tenantId: 'acme', aggregateId: 'trace-123' },
        { kind: 'event', type: 'span_ingestion.failed', tenantId: 'acme', aggregateId: 'trace-1' },
      ],
    });
    expect(warn).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ pipeline: 'span_ingestion', dropped: 1 }));
    warn.mockRestore();
  });
});

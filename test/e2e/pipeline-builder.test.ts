import { Module, type Type } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import { describe, expect, it } from 'vitest';
import { definePipeline, EventSourcing, mapCommands, type RegisteredPipeline } from '../../lib/compat.js';
import {
  createTenantId,
  EventSourcingModule,
  type EventSourcingModuleOptions,
  EventStore,
  Projections,
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

  it('takes a command with a known id once', async () => {
    const registered = register();
    const app = await start(appOf([registered]));
    await registered.commands.recordSpan.send(span('twice'));
    expect(await registered.commands.recordSpan.send(span('twice'))).toMatchObject({ lastSequence: 1 });
    expect(await app.get(EventStore).head(stream)).toBe(1);
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
});

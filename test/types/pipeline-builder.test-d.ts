import { describe, expectTypeOf, it } from 'vitest';
import type { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import {
  definePipeline,
  EventForwarder,
  EventSourcing,
  type EventStream,
  mapCommands,
  type PipelineCommand,
  type PipelineCommandHandler,
  type ProjectionHandler,
  toQueue,
  toRedisStream,
} from '../../lib/compat.js';
import { DomainEvent, type RecordedEvent, type TenantId } from '../../lib/index.js';
import {
  RecordSpanCommand,
  type SpanPayload,
  SpanFailed,
  SpanRecorded,
  type Summary,
  summary,
} from '../support/span-pipeline.js';

@DomainEvent('type.paid')
class Paid {
  amount!: number;
}

class PayCommand implements PipelineCommandHandler<{ amount: number }, Paid> {
  static readonly schema = { type: 'type.pay', schema: RecordSpanCommand.schema.schema as never };
  static getAggregateId(payload: { amount: number }): string {
    return String(payload.amount);
  }
  handle({ data }: PipelineCommand<{ amount: number }>): Paid[] {
    return [Object.assign(new Paid(), data)];
  }
}

const unnamed = definePipeline();
const untyped = unnamed.withName('spans');
const eventless = untyped.withAggregateType('span');
const bare = eventless.withEvents(SpanRecorded, SpanFailed);
const folded = bare.withFoldProjection('summary', summary);

describe('stages of a pipeline', () => {
  it('have a method only when what it needs is there', () => {
    expectTypeOf(unnamed).not.toHaveProperty('withAggregateType');
    expectTypeOf(unnamed).not.toHaveProperty('build');
    expectTypeOf(untyped).not.toHaveProperty('withEvents');
    expectTypeOf(untyped).not.toHaveProperty('withFoldProjection');
    expectTypeOf(untyped).not.toHaveProperty('build');
    expectTypeOf(eventless).not.toHaveProperty('build');
    expectTypeOf(bare).toHaveProperty('build');
    expectTypeOf(bare).not.toHaveProperty('withReactor');
    expectTypeOf(folded).toHaveProperty('withReactor');
    expectTypeOf(folded).not.toHaveProperty('withName');
  });

  it('know folds by name, with their states', () => {
    folded.withReactor('summary', 'notify', {
      handle: (event, { state }) => {
        expectTypeOf(state).toEqualTypeOf<Summary | null>();
        expectTypeOf(event).toEqualTypeOf<RecordedEvent<SpanRecorded | SpanFailed>>();
      },
    });
    // @ts-expect-error there is no such fold
    folded.withReactor('totals', 'notify', { handle: () => {} });
  });

  it('take the events of their pipeline, and no others', () => {
    bare.withMapProjection('records', { events: [SpanRecorded], map: ({ data }) => data.durationMs });
    // @ts-expect-error the event is of another pipeline
    bare.withMapProjection('payments', { events: [Paid], map: () => null });
    // @ts-expect-error its state is no number
    bare.withFoldProjection('count', { init: (): number => 0, apply: () => 'one' });
    // @ts-expect-error it leads to events of another pipeline
    bare.withCommand('pay', PayCommand);
  });

  it('give handlers of whole streams the events that they take, in their order', () => {
    class Spans implements ProjectionHandler<SpanRecorded, { spans: number }> {
      handle(stream: EventStream<TenantId, RecordedEvent<SpanRecorded>>): { spans: number } {
        expectTypeOf(stream.getEvents()).toEqualTypeOf<readonly RecordedEvent<SpanRecorded>[]>();
        return { spans: stream.getEvents().length };
      }
    }
    class Payments implements ProjectionHandler<Paid, number> {
      handle(stream: EventStream<TenantId, RecordedEvent<Paid>>): number {
        return stream.getEvents().length;
      }
    }
    bare.withProjection('spans', Spans, { ordering: (one, other) => one.sequence - other.sequence });
    // @ts-expect-error there is no such ordering
    bare.withProjection('spans', Spans, { ordering: 'newest' });
    // @ts-expect-error its events are of another pipeline
    bare.withProjection('payments', Payments);
  });

  it('take queues of BullMQ and clients of ioredis to forward events to', () => {
    bare.withEventPublisher(new EventForwarder(toQueue({} as Queue)));
    bare.withEventPublisher(new EventForwarder(toRedisStream({} as Redis, 'spans')), { name: 'stream' });
    // @ts-expect-error it takes no types: a publisher gets every event
    bare.withEventPublisher({ publish: () => {} }, { eventTypes: [] });
  });

  it('let commands wait, and stand for others, by what is in their payloads', () => {
    bare.withCommand('recordSpan', RecordSpanCommand, {
      delayMs: (payload) => {
        expectTypeOf(payload).toEqualTypeOf<SpanPayload>();
        return payload.durationMs;
      },
      dedupe: { key: ({ spanId }) => spanId, forMs: 1_000 },
    });
    bare.withCommand('recordSpan', RecordSpanCommand, { delayMs: 500 });
    // @ts-expect-error a key is text
    bare.withCommand('recordSpan', RecordSpanCommand, { dedupe: { key: ({ durationMs }) => durationMs, forMs: 1 } });
    // @ts-expect-error nobody knows for how long
    bare.withCommand('recordSpan', RecordSpanCommand, { dedupe: { key: ({ spanId }) => spanId } });
  });

  it('know commands by name, with their payloads', () => {
    const { commands } = new EventSourcing().register(folded.withCommand('recordSpan', RecordSpanCommand).build());
    expectTypeOf(commands).not.toHaveProperty('pay');
    expectTypeOf(commands.recordSpan.send).parameter(0).toExtend<SpanPayload>();
    expectTypeOf(mapCommands(commands).recordSpan).toEqualTypeOf<typeof commands.recordSpan.send>();
    // @ts-expect-error the payload lacks a part
    void commands.recordSpan.send({ traceId: 'trace-1', spanId: 'span-1' });
  });
});

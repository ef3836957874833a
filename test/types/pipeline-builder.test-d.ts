import { describe, expectTypeOf, it } from 'vitest';
import {
  definePipeline,
  EventSourcing,
  mapCommands,
  type PipelineCommand,
  type PipelineCommandHandler,
} from '../../lib/compat.js';
import { DomainEvent, type RecordedEvent } from '../../lib/index.js';
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

  it('know commands by name, with their payloads', () => {
    const { commands } = new EventSourcing().register(folded.withCommand('recordSpan', RecordSpanCommand).build());
    expectTypeOf(commands).not.toHaveProperty('pay');
    expectTypeOf(commands.recordSpan.send).parameter(0).toExtend<SpanPayload>();
    expectTypeOf(mapCommands(commands).recordSpan).toEqualTypeOf<typeof commands.recordSpan.send>();
    // @ts-expect-error the payload lacks a part
    void commands.recordSpan.send({ traceId: 'trace-1', spanId: 'span-1' });
  });
});

import { Injectable } from '@nestjs/common';
import {
  type CommandSchema,
  defineCommandSchema,
  definePipeline,
  type FoldProjectionDefinition,
  type MapProjectionDefinition,
  type PayloadSchema,
  type PipelineCommand,
  type PipelineCommandHandler,
  type ReactorDefinition,
} from '../../lib/compat.js';
import { CommandRejectedError, DomainEvent, isEvent } from '../../lib/index.js';

@DomainEvent('span_ingestion.recorded')
export class SpanRecorded {
  spanId!: string;
  durationMs!: number;

  static of(spanId: string, durationMs: number): SpanRecorded {
    return Object.assign(new SpanRecorded(), { spanId, durationMs });
  }
}

@DomainEvent('span_ingestion.failed')
export class SpanFailed {
  spanId!: string;

  static of(spanId: string): SpanFailed {
    return Object.assign(new SpanFailed(), { spanId });
  }
}

export interface SpanPayload {
  traceId: string;
  spanId: string;
  durationMs: number;
}

export interface Summary {
  spans: number;
  failed: number;
}

/** As of a schema library: strict, so that it takes nothing that it does not know. */
const spanPayload: PayloadSchema<SpanPayload> = {
  '~standard': {
    version: 1,
    vendor: 'test',
    validate: (value) => {
      const { traceId, spanId, durationMs, ...unknown } = value as Record<string, unknown>;
      const issues = [
        ...(typeof traceId === 'string' ? [] : [{ message: 'must be text', path: ['traceId'] }]),
        ...(typeof spanId === 'string' ? [] : [{ message: 'must be text', path: ['spanId'] }]),
        ...(typeof durationMs === 'number' ? [] : [{ message: 'must be a number', path: ['durationMs'] }]),
        ...Object.keys(unknown).map((key) => ({ message: 'is unknown', path: [key] })),
      ];
      return { issues };
    },
  },
};

/** Something that handlers inject. */
@Injectable()
export class SlowSpans {
  isSlow(durationMs: number): boolean {
    return durationMs > 1_000;
  }
}

@Injectable()
export class RecordSpanCommand implements PipelineCommandHandler<SpanPayload, SpanRecorded | SpanFailed> {
  static readonly schema: CommandSchema<SpanPayload> = defineCommandSchema('span_ingestion.record', spanPayload);

  static getAggregateId(payload: SpanPayload): string {
    return payload.traceId;
  }

  constructor(private readonly slow: SlowSpans) {}

  async handle({ data }: PipelineCommand<SpanPayload>): Promise<(SpanRecorded | SpanFailed)[]> {
    if (data.durationMs < 0) throw new CommandRejectedError('A span takes time', { reason: 'NEGATIVE' });
    const recorded = SpanRecorded.of(data.spanId, data.durationMs);
    return this.slow.isSlow(data.durationMs) ? [recorded, SpanFailed.of(data.spanId)] : [recorded];
  }
}

export const summary: FoldProjectionDefinition<Summary, SpanRecorded | SpanFailed> = {
  init: () => ({ spans: 0, failed: 0 }),
  apply: (state, event) =>
    isEvent(event, SpanFailed) ? { ...state, failed: state.failed + 1 } : { ...state, spans: state.spans + 1 },
};

export const records: MapProjectionDefinition<{ spanId: string; durationMs: number }, SpanRecorded> = {
  events: [SpanRecorded],
  map: ({ data }) => ({ spanId: data.spanId, durationMs: data.durationMs }),
};

/** @param notify is told the aggregate and how many of its spans have failed */
export const notifyOnError = (
  notify: (traceId: string, failed: number) => void,
): ReactorDefinition<SpanRecorded | SpanFailed, Summary> => ({
  handle: ({ aggregateId }, { state }) => notify(aggregateId, state?.failed ?? 0),
  options: { events: [SpanFailed] },
});

/** The pipeline that the published builder is shown with. */
export const spanPipeline = (notify: (traceId: string, failed: number) => void = () => {}) =>
  definePipeline()
    .withName('span_ingestion')
    .withAggregateType('span')
    .withEvents(SpanRecorded, SpanFailed)
    .withFoldProjection('summary', summary)
    .withMapProjection('records', records)
    .withReactor('summary', 'notify', notifyOnError(notify))
    .withCommand('recordSpan', RecordSpanCommand, { commandId: ({ spanId }) => spanId })
    .build();

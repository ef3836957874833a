import { MapProjection, type MapHandler, type RecordedEvent } from '@event-sourcing/nestjs';
import { roundToMicroseconds } from '../../numbers/round-to-microseconds.js';
import { SpanReceived } from '../events/span-received.event.js';
import type { SpanRecord } from './span-record.js';

/** One record a span, for the page of a trace. */
@MapProjection({ name: 'span_records', version: 1, events: [SpanReceived] })
export class SpanRecords implements MapHandler<SpanReceived, SpanRecord> {
  map({ data: span }: RecordedEvent<SpanReceived>): SpanRecord {
    return {
      spanId: span.spanId,
      parentSpanId: span.parentSpanId,
      name: span.name,
      kind: span.kind,
      service: span.service,
      status: span.status,
      statusMessage: span.statusMessage,
      startedAt: span.startedAt,
      durationMs: roundToMicroseconds(span.endedAt - span.startedAt),
      model: span.model,
      inputTokens: span.inputTokens,
      outputTokens: span.outputTokens,
      costUsd: span.costUsd,
      attributes: span.attributes,
    };
  }
}

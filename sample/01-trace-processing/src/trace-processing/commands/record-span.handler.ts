import { CommandHandler, type AggregateCommandHandler, type DomainEvents } from '@event-sourcing/nestjs';
import { SpanFailed } from '../events/span-failed.event.js';
import { SpanReceived } from '../events/span-received.event.js';
import { readModelUsage } from './model-usage.js';
import { RecordSpan } from './record-span.command.js';

/** The span's id makes the command idempotent, so that an exporter may send a span as often as it likes. */
@CommandHandler(RecordSpan, {
  type: 'trace.record_span',
  aggregateId: (command) => command.traceId,
  commandId: (command) => command.span.spanId,
  stateless: true,
})
export class RecordSpanHandler implements AggregateCommandHandler<RecordSpan> {
  handle({ span }: RecordSpan): DomainEvents {
    const received = new SpanReceived({ ...span, ...readModelUsage(span.attributes) });
    if (span.status !== 'error') return [received];
    const { spanId, name, service, statusMessage: message } = span;
    return [received, new SpanFailed({ spanId, name, service, message })];
  }
}

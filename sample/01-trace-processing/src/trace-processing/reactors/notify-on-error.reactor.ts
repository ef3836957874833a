import { Reactor, type ReactorContext, type ReactorHandler, type RecordedEvent } from '@event-sourcing/nestjs';
import { RecentAlerts } from '../../alerts/recent-alerts.js';
import { SpanFailed } from '../events/span-failed.event.js';
import { TraceSummary } from '../projections/trace-summary.fold.js';
import type { TraceSummaryState } from '../projections/trace-summary.state.js';

/** Tells once of a trace that fails, however many of its spans do within the delay. */
@Reactor({
  name: 'notify_on_error',
  fold: TraceSummary,
  events: [SpanFailed],
  debounce: { key: (event) => event.aggregateId, delayMs: 500, maxWaitMs: 5_000 },
})
export class NotifyOnError implements ReactorHandler<TraceSummaryState, SpanFailed> {
  constructor(private readonly alerts: RecentAlerts) {}

  handle(event: RecordedEvent<SpanFailed>, { tenantId, state }: ReactorContext<TraceSummaryState>): void {
    const { spanId, name, service, message } = event.data;
    this.alerts.raise(tenantId, {
      kind: 'trace_failed',
      subjectId: event.aggregateId,
      message,
      details: { spanId, name, service, errors: state?.errors ?? 1 },
      recordedAt: event.recordedAt.getTime(),
    });
  }
}

import { Reactor, type ReactorContext, type ReactorHandler, type RecordedEvent } from '@event-sourcing/nestjs';
import { Logger } from '@nestjs/common';
import { SpanFailed } from '../events/span-failed.event.js';
import { TraceSummary } from '../projections/trace-summary.fold.js';
import type { TraceSummaryState } from '../projections/trace-summary.state.js';
import { RecentAlerts } from './recent-alerts.js';

/** Tells once of a trace that fails, however many of its spans do within the delay. */
@Reactor({
  name: 'notify_on_error',
  fold: TraceSummary,
  events: [SpanFailed],
  debounce: { key: (event) => event.aggregateId, delayMs: 500, maxWaitMs: 5_000 },
})
export class NotifyOnError implements ReactorHandler<TraceSummaryState, SpanFailed> {
  private readonly logger = new Logger(NotifyOnError.name);

  constructor(private readonly alerts: RecentAlerts) {}

  handle(event: RecordedEvent<SpanFailed>, context: ReactorContext<TraceSummaryState>): void {
    const { tenantId, aggregateId: traceId, data: failure, recordedAt } = event;
    const alert = { traceId, ...failure, errors: context.state?.errors ?? 1, recordedAt: recordedAt.getTime() };
    this.logger.warn(JSON.stringify({ alert: 'trace_failed', tenantId, ...alert }));
    this.alerts.add(tenantId, alert);
  }
}

import { EventSourcingModule } from '@event-sourcing/nestjs';
import { Module } from '@nestjs/common';
import { AlertsModule } from '../alerts/alerts.module.js';
import { EvaluatorsModule } from '../evaluation-processing/evaluators/evaluators.module.js';
import { RecordSpanHandler } from './commands/record-span.handler.js';
import { SpanFailed } from './events/span-failed.event.js';
import { SpanReceivedV1 } from './events/span-received-v1.upcaster.js';
import { SpanReceived } from './events/span-received.event.js';
import { SpanRecords } from './projections/span-records.map.js';
import { TraceSummary } from './projections/trace-summary.fold.js';
import { NotifyOnError } from './reactors/notify-on-error.reactor.js';
import { ScheduleEvaluations } from './reactors/schedule-evaluations.reactor.js';

/** One feature module is one pipeline, the same in every role. */
@Module({
  imports: [
    AlertsModule,
    EvaluatorsModule,
    EventSourcingModule.forFeature({
      pipeline: 'trace_processing',
      aggregateType: 'trace',
      events: [SpanReceived, SpanFailed],
    }),
  ],
  providers: [RecordSpanHandler, SpanReceivedV1, TraceSummary, SpanRecords, NotifyOnError, ScheduleEvaluations],
})
export class TraceProcessingModule {}

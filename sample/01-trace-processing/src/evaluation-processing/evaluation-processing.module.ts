import { EventSourcingModule } from '@event-sourcing/nestjs';
import { Module } from '@nestjs/common';
import { CompleteEvaluationHandler } from './commands/complete-evaluation.handler.js';
import { FailEvaluationHandler } from './commands/fail-evaluation.handler.js';
import { ScheduleEvaluationHandler } from './commands/schedule-evaluation.handler.js';
import { SkipEvaluationHandler } from './commands/skip-evaluation.handler.js';
import { StartEvaluationHandler } from './commands/start-evaluation.handler.js';
import { EvaluatorsModule } from './evaluators/evaluators.module.js';
import { EvaluationCompleted } from './events/evaluation-completed.event.js';
import { EvaluationFailed } from './events/evaluation-failed.event.js';
import { EvaluationScheduled } from './events/evaluation-scheduled.event.js';
import { EvaluationSkipped } from './events/evaluation-skipped.event.js';
import { EvaluationStarted } from './events/evaluation-started.event.js';
import { EvaluationState } from './projections/evaluation-state.fold.js';
import { RunEvaluation } from './reactors/run-evaluation.reactor.js';

/** Evaluations of traces, from their schedule to a verdict. */
@Module({
  imports: [
    EvaluatorsModule,
    EventSourcingModule.forFeature({
      pipeline: 'evaluation_processing',
      aggregateType: 'evaluation',
      events: [EvaluationScheduled, EvaluationStarted, EvaluationCompleted, EvaluationFailed, EvaluationSkipped],
    }),
  ],
  providers: [
    ScheduleEvaluationHandler,
    StartEvaluationHandler,
    CompleteEvaluationHandler,
    FailEvaluationHandler,
    SkipEvaluationHandler,
    EvaluationState,
    RunEvaluation,
  ],
})
export class EvaluationProcessingModule {}

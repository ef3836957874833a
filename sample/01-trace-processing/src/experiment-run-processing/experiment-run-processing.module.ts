import { EventSourcingModule } from '@event-sourcing/nestjs';
import { Module } from '@nestjs/common';
import { CompleteExperimentRunHandler } from './commands/complete-experiment-run.handler.js';
import { RecordEvaluatorResultHandler } from './commands/record-evaluator-result.handler.js';
import { RecordTargetResultHandler } from './commands/record-target-result.handler.js';
import { StartExperimentRunHandler } from './commands/start-experiment-run.handler.js';
import { EvaluatorResultRecorded } from './events/evaluator-result-recorded.event.js';
import { ExperimentRunCompleted } from './events/experiment-run-completed.event.js';
import { ExperimentRunStarted } from './events/experiment-run-started.event.js';
import { TargetResultRecorded } from './events/target-result-recorded.event.js';
import { ExperimentResults } from './projections/experiment-results.map.js';
import { ExperimentRunSummary } from './projections/experiment-run-summary.fold.js';
import { CompleteWhenAllAreIn } from './reactors/complete-when-all-are-in.reactor.js';

/** Runs of experiments: targets answer the rows of a data set, and evaluators judge the answers. */
@Module({
  imports: [
    EventSourcingModule.forFeature({
      pipeline: 'experiment_run_processing',
      aggregateType: 'experiment_run',
      events: [ExperimentRunStarted, TargetResultRecorded, EvaluatorResultRecorded, ExperimentRunCompleted],
    }),
  ],
  providers: [
    StartExperimentRunHandler,
    RecordTargetResultHandler,
    RecordEvaluatorResultHandler,
    CompleteExperimentRunHandler,
    ExperimentRunSummary,
    ExperimentResults,
    CompleteWhenAllAreIn,
  ],
})
export class ExperimentRunProcessingModule {}

import { CommandHandler } from '@event-sourcing/nestjs';
import { AS_ADDRESSED } from '../../aggregates/aggregate.command.js';
import { DecidingHandler } from '../../aggregates/deciding-handler.js';
import { recordEvaluatorResult, experimentRunHistory, type ExperimentRunHistory } from './experiment-run-decider.js';
import { RecordEvaluatorResult } from './record-evaluator-result.command.js';

@CommandHandler(RecordEvaluatorResult, { type: 'experiment_run.record_evaluator_result', ...AS_ADDRESSED })
export class RecordEvaluatorResultHandler extends DecidingHandler<RecordEvaluatorResult, ExperimentRunHistory> {
  protected readonly history = experimentRunHistory;
  protected readonly decide = recordEvaluatorResult;
}

import { CommandHandler } from '@event-sourcing/nestjs';
import { AS_ADDRESSED } from '../../aggregates/aggregate.command.js';
import { DecidingHandler } from '../../aggregates/deciding-handler.js';
import { completeExperimentRun, experimentRunHistory, type ExperimentRunHistory } from './experiment-run-decider.js';
import { CompleteExperimentRun } from './complete-experiment-run.command.js';

@CommandHandler(CompleteExperimentRun, { type: 'experiment_run.complete', ...AS_ADDRESSED })
export class CompleteExperimentRunHandler extends DecidingHandler<CompleteExperimentRun, ExperimentRunHistory> {
  protected readonly history = experimentRunHistory;
  protected readonly decide = completeExperimentRun;
}

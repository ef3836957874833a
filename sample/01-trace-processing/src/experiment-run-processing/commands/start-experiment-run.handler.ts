import { CommandHandler } from '@event-sourcing/nestjs';
import { AS_ADDRESSED } from '../../aggregates/aggregate.command.js';
import { DecidingHandler } from '../../aggregates/deciding-handler.js';
import { startExperimentRun, experimentRunHistory, type ExperimentRunHistory } from './experiment-run-decider.js';
import { StartExperimentRun } from './start-experiment-run.command.js';

@CommandHandler(StartExperimentRun, { type: 'experiment_run.start', ...AS_ADDRESSED })
export class StartExperimentRunHandler extends DecidingHandler<StartExperimentRun, ExperimentRunHistory> {
  protected readonly history = experimentRunHistory;
  protected readonly decide = startExperimentRun;
}

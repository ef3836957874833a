import { CommandHandler } from '@event-sourcing/nestjs';
import { AS_ADDRESSED } from '../../aggregates/aggregate.command.js';
import { DecidingHandler } from '../../aggregates/deciding-handler.js';
import { recordTargetResult, experimentRunHistory, type ExperimentRunHistory } from './experiment-run-decider.js';
import { RecordTargetResult } from './record-target-result.command.js';

@CommandHandler(RecordTargetResult, { type: 'experiment_run.record_target_result', ...AS_ADDRESSED })
export class RecordTargetResultHandler extends DecidingHandler<RecordTargetResult, ExperimentRunHistory> {
  protected readonly history = experimentRunHistory;
  protected readonly decide = recordTargetResult;
}

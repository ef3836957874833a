import { CommandHandler } from '@event-sourcing/nestjs';
import { AS_ADDRESSED } from '../../aggregates/aggregate.command.js';
import { DecidingHandler } from '../../aggregates/deciding-handler.js';
import { startEvaluation, evaluationLifecycle, type EvaluationPhase } from './evaluation-decider.js';
import { StartEvaluation } from './start-evaluation.command.js';

@CommandHandler(StartEvaluation, { type: 'evaluation.start', ...AS_ADDRESSED })
export class StartEvaluationHandler extends DecidingHandler<StartEvaluation, EvaluationPhase> {
  protected readonly history = evaluationLifecycle;
  protected readonly decide = startEvaluation;
}

import { CommandHandler } from '@event-sourcing/nestjs';
import { AS_ADDRESSED } from '../../aggregates/aggregate.command.js';
import { DecidingHandler } from '../../aggregates/deciding-handler.js';
import { failEvaluation, evaluationLifecycle, type EvaluationPhase } from './evaluation-decider.js';
import { FailEvaluation } from './fail-evaluation.command.js';

@CommandHandler(FailEvaluation, { type: 'evaluation.fail', ...AS_ADDRESSED })
export class FailEvaluationHandler extends DecidingHandler<FailEvaluation, EvaluationPhase> {
  protected readonly history = evaluationLifecycle;
  protected readonly decide = failEvaluation;
}

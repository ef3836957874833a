import { CommandHandler } from '@event-sourcing/nestjs';
import { AS_ADDRESSED } from '../../aggregates/aggregate.command.js';
import { DecidingHandler } from '../../aggregates/deciding-handler.js';
import { completeEvaluation, evaluationLifecycle, type EvaluationPhase } from './evaluation-decider.js';
import { CompleteEvaluation } from './complete-evaluation.command.js';

@CommandHandler(CompleteEvaluation, { type: 'evaluation.complete', ...AS_ADDRESSED })
export class CompleteEvaluationHandler extends DecidingHandler<CompleteEvaluation, EvaluationPhase> {
  protected readonly history = evaluationLifecycle;
  protected readonly decide = completeEvaluation;
}

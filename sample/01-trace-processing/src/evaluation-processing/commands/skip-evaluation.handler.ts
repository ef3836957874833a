import { CommandHandler } from '@event-sourcing/nestjs';
import { AS_ADDRESSED } from '../../aggregates/aggregate.command.js';
import { DecidingHandler } from '../../aggregates/deciding-handler.js';
import { skipEvaluation, evaluationLifecycle, type EvaluationPhase } from './evaluation-decider.js';
import { SkipEvaluation } from './skip-evaluation.command.js';

@CommandHandler(SkipEvaluation, { type: 'evaluation.skip', ...AS_ADDRESSED })
export class SkipEvaluationHandler extends DecidingHandler<SkipEvaluation, EvaluationPhase> {
  protected readonly history = evaluationLifecycle;
  protected readonly decide = skipEvaluation;
}

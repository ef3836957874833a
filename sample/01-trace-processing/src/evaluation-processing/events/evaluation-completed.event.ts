import { DomainEvent } from '@event-sourcing/nestjs';
import { Verdict } from '../../aggregates/verdict.js';

/** The evaluator came to a verdict. */
@DomainEvent('evaluation.completed', { version: 1 })
export class EvaluationCompleted extends Verdict {}

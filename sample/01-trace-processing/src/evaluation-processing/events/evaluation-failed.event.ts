import { DomainEvent } from '@event-sourcing/nestjs';
import { Reason } from '../../aggregates/reason.js';

/** The evaluator broke. */
@DomainEvent('evaluation.failed', { version: 1 })
export class EvaluationFailed extends Reason {}

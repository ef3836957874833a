import { DomainEvent } from '@event-sourcing/nestjs';
import { Reason } from '../../aggregates/reason.js';

/** The evaluator has nothing to say about this trace. */
@DomainEvent('evaluation.skipped', { version: 1 })
export class EvaluationSkipped extends Reason {}

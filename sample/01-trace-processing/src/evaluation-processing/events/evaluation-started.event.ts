import { DomainEvent } from '@event-sourcing/nestjs';

/** An evaluator began. */
@DomainEvent('evaluation.started', { version: 1 })
export class EvaluationStarted {}

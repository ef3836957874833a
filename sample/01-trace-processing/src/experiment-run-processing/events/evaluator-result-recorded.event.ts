import { DomainEvent } from '@event-sourcing/nestjs';
import { EvaluatorResult } from '../evaluator-result.js';

/** An evaluator judged an answer, or did not. */
@DomainEvent('experiment_run.evaluator_result_recorded', { version: 1 })
export class EvaluatorResultRecorded extends EvaluatorResult {}

import { DomainEvent } from '@event-sourcing/nestjs';
import { IsBoolean, IsInt, Length, Matches, Min } from 'class-validator';
import { TRACE_ID } from '../../trace-processing/span-id.js';
import { MAX_EVALUATOR_LENGTH } from '../evaluator-name.js';

/** A trace is to be evaluated, as it stood at this sequence, so that the verdict does not depend on when it is found. */
@DomainEvent('evaluation.scheduled', { version: 1 })
export class EvaluationScheduled {
  @Matches(TRACE_ID)
  readonly traceId!: string;

  /** The last event of the trace that counts. */
  @IsInt()
  @Min(1)
  readonly traceSequence!: number;

  @Length(1, MAX_EVALUATOR_LENGTH)
  readonly evaluator!: string;

  /** Whether a client runs the evaluator, and reports what it found; else a worker does. */
  @IsBoolean()
  readonly external!: boolean;

  constructor(data: EvaluationScheduled) {
    Object.assign(this, data);
  }
}

import { IsBoolean, Length, Matches } from 'class-validator';
import { AggregateCommand, type CommandAddress } from '../../aggregates/aggregate.command.js';
import { TRACE_ID } from '../../trace-processing/span-id.js';
import { MAX_EVALUATOR_LENGTH } from '../evaluator-name.js';

/** Has a trace evaluated as it stands when this is handled. */
export class ScheduleEvaluation extends AggregateCommand {
  @Matches(TRACE_ID)
  readonly traceId: string;

  @Length(1, MAX_EVALUATOR_LENGTH)
  readonly evaluator: string;

  /** Whether a client runs the evaluator; else it must be one that the workers know. */
  @IsBoolean()
  readonly external: boolean;

  constructor(
    address: CommandAddress,
    { traceId, evaluator, external }: Pick<ScheduleEvaluation, 'traceId' | 'evaluator' | 'external'>,
  ) {
    super(address);
    this.traceId = traceId;
    this.evaluator = evaluator;
    this.external = external;
  }
}

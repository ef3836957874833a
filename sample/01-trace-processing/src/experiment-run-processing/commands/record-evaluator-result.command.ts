import { ValidateNested } from 'class-validator';
import { AggregateCommand, type CommandAddress } from '../../aggregates/aggregate.command.js';
import { naturalId } from '../../aggregates/natural-id.js';
import { EvaluatorResult } from '../evaluator-result.js';

/** Puts what an evaluator made of an answer on record. The first one counts: a repeat changes nothing more. */
export class RecordEvaluatorResult extends AggregateCommand {
  @ValidateNested()
  readonly result: EvaluatorResult;

  constructor({ tenantId, aggregateId }: Omit<CommandAddress, 'commandId'>, result: EvaluatorResult) {
    const { evaluator, target, row } = result;
    super({ tenantId, aggregateId, commandId: naturalId('evaluator', evaluator, target, row) });
    this.result = result;
  }
}

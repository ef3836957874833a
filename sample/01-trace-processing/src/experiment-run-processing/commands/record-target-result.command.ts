import { ValidateNested } from 'class-validator';
import { AggregateCommand, type CommandAddress } from '../../aggregates/aggregate.command.js';
import { naturalId } from '../../aggregates/natural-id.js';
import { TargetResult } from '../target-result.js';

/** Puts the answer of a target to a row on record. The first one counts: a repeat changes nothing more. */
export class RecordTargetResult extends AggregateCommand {
  @ValidateNested()
  readonly result: TargetResult;

  constructor({ tenantId, aggregateId }: Omit<CommandAddress, 'commandId'>, result: TargetResult) {
    super({ tenantId, aggregateId, commandId: naturalId('target', result.target, result.row) });
    this.result = result;
  }
}

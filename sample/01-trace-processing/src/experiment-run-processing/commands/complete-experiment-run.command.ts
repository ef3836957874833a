import { ValidateNested } from 'class-validator';
import { AggregateCommand, type CommandAddress } from '../../aggregates/aggregate.command.js';
import { RunEnd } from '../run-end.js';

/** Ends a run of an experiment. */
export class CompleteExperimentRun extends AggregateCommand {
  @ValidateNested()
  readonly end: RunEnd;

  constructor(address: CommandAddress, end: RunEnd) {
    super(address);
    this.end = end;
  }
}

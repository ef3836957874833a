import { ValidateNested } from 'class-validator';
import { AggregateCommand, type CommandAddress } from './aggregate.command.js';
import { Reason } from './reason.js';

/** A command that says why. */
export abstract class ReasonedCommand extends AggregateCommand {
  @ValidateNested()
  readonly why: Reason;

  constructor(address: CommandAddress, why: Reason) {
    super(address);
    this.why = why;
  }
}

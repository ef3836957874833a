import { ValidateNested } from 'class-validator';
import { AggregateCommand, type CommandAddress } from '../../aggregates/aggregate.command.js';
import { MessageSnapshot } from '../message-snapshot.js';

/** Says how far the conversation has come. */
export class TakeMessageSnapshot extends AggregateCommand {
  @ValidateNested()
  readonly snapshot: MessageSnapshot;

  constructor(address: CommandAddress, snapshot: MessageSnapshot) {
    super(address);
    this.snapshot = snapshot;
  }
}

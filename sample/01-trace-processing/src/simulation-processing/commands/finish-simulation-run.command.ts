import { ValidateNested } from 'class-validator';
import { AggregateCommand, type CommandAddress } from '../../aggregates/aggregate.command.js';
import { SimulationResult } from '../simulation-result.js';

/** Says how the conversation ended. */
export class FinishSimulationRun extends AggregateCommand {
  @ValidateNested()
  readonly result: SimulationResult;

  constructor(address: CommandAddress, result: SimulationResult) {
    super(address);
    this.result = result;
  }
}

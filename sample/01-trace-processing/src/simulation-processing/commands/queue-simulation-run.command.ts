import { ValidateNested } from 'class-validator';
import { AggregateCommand, type CommandAddress } from '../../aggregates/aggregate.command.js';
import { SimulationSetup } from '../simulation-setup.js';

/** Asks for a simulation. */
export class QueueSimulationRun extends AggregateCommand {
  @ValidateNested()
  readonly setup: SimulationSetup;

  constructor(address: CommandAddress, setup: SimulationSetup) {
    super(address);
    this.setup = setup;
  }
}

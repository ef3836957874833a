import { ValidateNested } from 'class-validator';
import { AggregateCommand, type CommandAddress } from '../../aggregates/aggregate.command.js';
import { ExperimentPlan } from '../experiment-plan.js';

/** Begins a run of an experiment. */
export class StartExperimentRun extends AggregateCommand {
  @ValidateNested()
  readonly plan: ExperimentPlan;

  constructor(address: CommandAddress, plan: ExperimentPlan) {
    super(address);
    this.plan = plan;
  }
}

import { ValidateNested } from 'class-validator';
import { AggregateCommand, type CommandAddress } from '../../aggregates/aggregate.command.js';
import { Verdict } from '../../aggregates/verdict.js';

/** Says what the evaluator found. */
export class CompleteEvaluation extends AggregateCommand {
  @ValidateNested()
  readonly verdict: Verdict;

  constructor(address: CommandAddress, verdict: Verdict) {
    super(address);
    this.verdict = verdict;
  }
}

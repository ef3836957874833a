import { ValidateNested } from 'class-validator';
import { AggregateCommand, type CommandAddress } from '../../aggregates/aggregate.command.js';
import { EvaluationVerdict } from '../evaluation-verdict.js';

/** Says what the evaluator found. */
export class CompleteEvaluation extends AggregateCommand {
  @ValidateNested()
  readonly verdict: EvaluationVerdict;

  constructor(address: CommandAddress, verdict: EvaluationVerdict) {
    super(address);
    this.verdict = verdict;
  }
}

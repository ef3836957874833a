import { AggregateCommand } from '../../aggregates/aggregate.command.js';

/** Says that the evaluator begins. */
export class StartEvaluation extends AggregateCommand {}

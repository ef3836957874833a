import { ReasonedCommand } from '../../aggregates/reasoned.command.js';

/** Says that the evaluator broke. */
export class FailEvaluation extends ReasonedCommand {}

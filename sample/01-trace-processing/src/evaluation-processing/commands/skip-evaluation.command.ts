import { ReasonedCommand } from '../../aggregates/reasoned.command.js';

/** Says that the evaluator has nothing to say about the trace. */
export class SkipEvaluation extends ReasonedCommand {}

import type { Verdict } from '../../aggregates/verdict.js';
import type { EvaluatedTrace } from './evaluated-trace.js';

/** What an evaluator made of a trace: a verdict, or why there can be none. */
export type Finding = { readonly verdict: Verdict } | { readonly skipped: string };

/** Judges traces. Deterministic: a reaction that is repeated must find the same again. */
export interface Evaluator {
  readonly name: string;
  readonly description: string;
  evaluate(trace: EvaluatedTrace): Finding | Promise<Finding>;
}

/** Injects all evaluators that the workers run. */
export const EVALUATORS = Symbol('EVALUATORS');

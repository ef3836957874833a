import type { EvaluatorResult } from '../evaluator-result.js';
import type { TargetResult } from '../target-result.js';

export const RESULT_KINDS = ['target', 'evaluator'] as const;

/** One result of a run, as it was recorded. */
export type ExperimentResult =
  | { readonly kind: 'target'; readonly result: TargetResult }
  | { readonly kind: 'evaluator'; readonly result: EvaluatorResult };

import { addUsd } from '../../numbers/add-usd.js';
import { average } from '../../numbers/average.js';
import { roundToMicroseconds } from '../../numbers/round-to-microseconds.js';
import type { EvaluatorResult } from '../evaluator-result.js';
import type { TargetResult } from '../target-result.js';
import type { EvaluatorTotals, TargetTotals } from './experiment-run.js';

export function noTargetTotals(target: string, evaluators: readonly string[]): TargetTotals {
  return {
    target,
    results: 0,
    failures: 0,
    durationMs: 0,
    averageDurationMs: null,
    costUsd: 0,
    averageCostUsd: null,
    evaluators: evaluators.map(noEvaluatorTotals),
  };
}

function noEvaluatorTotals(evaluator: string): EvaluatorTotals {
  return {
    evaluator,
    results: 0,
    failures: 0,
    skipped: 0,
    judged: 0,
    passed: 0,
    passRate: null,
    scored: 0,
    scoreSum: 0,
    averageScore: null,
    costUsd: 0,
  };
}

/** The totals with the result of a target. */
export function addTargetResult(totals: TargetTotals, { error, ...result }: TargetResult): TargetTotals {
  const results = totals.results + 1;
  const durationMs = roundToMicroseconds(totals.durationMs + result.durationMs);
  const costUsd = addUsd(totals.costUsd, result.costUsd);
  return {
    ...totals,
    results,
    failures: totals.failures + (error === null ? 0 : 1),
    durationMs,
    averageDurationMs: average(durationMs, results),
    costUsd,
    averageCostUsd: average(costUsd, results),
  };
}

/** The totals with the result of an evaluator. Only completed ones have a verdict. */
export function addEvaluatorResult(totals: EvaluatorTotals, result: EvaluatorResult): EvaluatorTotals {
  const { status, costUsd } = result;
  const { passed, score } = status === 'completed' ? result : { passed: null, score: null };
  const judged = totals.judged + (passed === null ? 0 : 1);
  const passedCount = totals.passed + (passed === true ? 1 : 0);
  const scored = totals.scored + (score === null ? 0 : 1);
  // Rounded as sums of dollars are, and for the same reason.
  const scoreSum = addUsd(totals.scoreSum, score ?? 0);
  return {
    evaluator: totals.evaluator,
    results: totals.results + 1,
    failures: totals.failures + (status === 'failed' ? 1 : 0),
    skipped: totals.skipped + (status === 'skipped' ? 1 : 0),
    judged,
    passed: passedCount,
    passRate: average(passedCount, judged),
    scored,
    scoreSum,
    averageScore: average(scoreSum, scored),
    costUsd: addUsd(totals.costUsd, costUsd),
  };
}

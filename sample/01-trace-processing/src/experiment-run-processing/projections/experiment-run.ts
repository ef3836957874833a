import { RUN_OUTCOMES } from '../run-end.js';

export const EXPERIMENT_RUN_STATUSES = ['running', ...RUN_OUTCOMES] as const;
export type ExperimentRunStatus = (typeof EXPERIMENT_RUN_STATUSES)[number];

/** What is known of a run of an experiment. Costs are in US dollars, exact to a billionth. */
export interface ExperimentRun {
  readonly experiment: string | null;
  readonly status: ExperimentRunStatus;
  /** How many rows the data set has. */
  readonly rows: number;
  /** How many results of targets arrived, and how many are expected. */
  readonly targetResults: number;
  readonly expectedTargetResults: number;
  /** How many results of evaluators arrived, and how many are expected. */
  readonly evaluatorResults: number;
  readonly expectedEvaluatorResults: number;
  /** Results of targets with an error. */
  readonly failures: number;
  /** What targets and evaluators cost. */
  readonly costUsd: number;
  /** In the order of the plan. */
  readonly targets: readonly TargetTotals[];
  /** Milliseconds since the epoch. */
  readonly startedAt: number | null;
  readonly completedAt: number | null;
}

/** What became of one target. */
export interface TargetTotals {
  readonly target: string;
  readonly results: number;
  readonly failures: number;
  /** Of all its results; milliseconds. */
  readonly durationMs: number;
  /** `null` without results. */
  readonly averageDurationMs: number | null;
  readonly costUsd: number;
  readonly averageCostUsd: number | null;
  /** In the order of the plan. */
  readonly evaluators: readonly EvaluatorTotals[];
}

/** What one evaluator made of the answers of one target. */
export interface EvaluatorTotals {
  readonly evaluator: string;
  readonly results: number;
  readonly failures: number;
  readonly skipped: number;
  /** How many verdicts say whether the answer passed, and how many say that it did. */
  readonly judged: number;
  readonly passed: number;
  readonly passRate: number | null;
  /** How many verdicts have a score, and their sum. */
  readonly scored: number;
  readonly scoreSum: number;
  readonly averageScore: number | null;
  readonly costUsd: number;
}

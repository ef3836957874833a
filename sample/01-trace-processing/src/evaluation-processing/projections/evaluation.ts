export const EVALUATION_STATUSES = ['scheduled', 'started', 'completed', 'failed', 'skipped'] as const;
export type EvaluationStatus = (typeof EVALUATION_STATUSES)[number];

/** What is known of an evaluation. */
export interface Evaluation {
  readonly traceId: string | null;
  /** The last event of the trace that counts. */
  readonly traceSequence: number;
  readonly evaluator: string | null;
  /** Whether a client runs the evaluator. */
  readonly external: boolean;
  readonly status: EvaluationStatus;
  readonly score: number | null;
  readonly passed: boolean | null;
  readonly label: string | null;
  /** What the evaluator says of its verdict; may be empty. */
  readonly details: string;
  /** Why it failed or was skipped. */
  readonly reason: string | null;
  /** What the evaluation cost, in US dollars. */
  readonly costUsd: number;
  /** Milliseconds since the epoch, as the other times. */
  readonly scheduledAt: number | null;
  readonly startedAt: number | null;
  /** When it was completed, failed or skipped. */
  readonly finishedAt: number | null;
}

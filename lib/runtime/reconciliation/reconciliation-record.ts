import type { Lives } from './lives.js';

/** One comparison of a component with the log that came to its end. */
export interface Reconciled {
  /** As they were before it began: what was lost meanwhile is not covered by it. */
  readonly lives: Lives;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
}

/** Which comparisons came to their end last, by names of comparisons. */
export interface ReconciliationRecord {
  /** Those of the names, in their order. */
  load(names: readonly string[]): Promise<readonly (Reconciled | undefined)[]>;
  save(name: string, reconciled: Reconciled): Promise<void>;
}

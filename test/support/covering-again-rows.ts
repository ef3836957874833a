import type { EventRangeJob, LaneBatch } from '../../lib/index.js';
import type { ProjectionRow } from '../../lib/projections/stores/projection-row.js';

type Row = ProjectionRow | null;

/** Rows that say that they cover nothing of the jobs of a fold, as if folds did not look at sequences. */
export function coveringAgainRows(rows: readonly Row[], { jobs }: LaneBatch): readonly Row[] {
  const before = Math.min(...(jobs as readonly EventRangeJob[]).map(({ from }) => from)) - 1;
  return rows.map((row) => row && { ...row, sequence: Math.min(row.sequence, before) });
}

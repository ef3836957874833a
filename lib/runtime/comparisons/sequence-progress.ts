import type { ProjectionSequence } from '../../projections/stores/projection-store.js';
import type { Progress } from '../behind.js';

/** Rows of the projection store as how far something came, in their order. */
export async function* sequenceProgress(rows: AsyncIterable<ProjectionSequence>): AsyncIterable<Progress> {
  for await (const { tenantId, id, sequence } of rows) yield { tenantId, id, value: sequence };
}

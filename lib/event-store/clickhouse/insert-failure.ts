import { classifyClickHouseError } from '../../clickhouse/classify-clickhouse-error.js';

/** Memory can run out anywhere, even after the part was written. */
const MEMORY_LIMIT_EXCEEDED = '241';

/** What a failed insert says about its outcome. */
export type InsertFailure = 'refused-for-now' | 'refused-for-good' | 'unknown';

/**
 * Tells whether a failed insert certainly stored nothing. What is not known for certain counts as unknown: an error on
 * the way back looks the same as one on the way there.
 */
export function insertFailure(error: unknown): InsertFailure {
  if (error instanceof Error && 'code' in error && error.code === MEMORY_LIMIT_EXCEEDED) return 'unknown';
  const meaning = classifyClickHouseError(error);
  if (meaning === 'unknown') return 'unknown';
  return meaning === 'permanent' ? 'refused-for-good' : 'refused-for-now';
}

import type { QueryParams } from '../../../clickhouse/clickhouse-connection.js';
import type { CheckedTimes } from '../../check-read-options.js';

/** Times outside of these are outside of what the column can hold, and of what a log can have. */
const MIN_TIME_MS = Date.UTC(1900, 0, 1);
const MAX_TIME_MS = Date.UTC(2299, 0, 1);

/** The conditions of when an event was recorded. */
export function recordedWithin(times: CheckedTimes): {
  readonly conditions: readonly string[];
  readonly params: QueryParams;
} {
  const conditions: string[] = [];
  const params: QueryParams = {};
  for (const [name, operator] of [['since', '>='] as const, ['until', '<='] as const]) {
    const ms = times[name];
    if (ms === undefined) continue;
    params[name] = Math.min(Math.max(ms, MIN_TIME_MS), MAX_TIME_MS);
    conditions.push(`recorded_at ${operator} fromUnixTimestamp64Milli({${name}:Int64}, 'UTC')`);
  }
  return { conditions, params };
}

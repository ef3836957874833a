import { clickhouse } from '../../../lib/clickhouse.js';
import type { StorageAdapter } from '../../../lib/index.js';
import { postgres } from '../../../lib/postgres.js';
import type { StorePlan } from './store-plan.js';

/** What a killed process has begun stands in the way of its aggregate for so long. */
const CLICKHOUSE_BOUNDS = { insertDeadlineMs: 2_000, maxInsertMs: 2_000 };

/** @param redis of the arbiter of ClickHouse */
export function storeOfPlan(plan: StorePlan, redis: { readonly host: string; readonly port: number }): StorageAdapter {
  if (plan.kind === 'postgres') return postgres({ connectionString: plan.connectionString });
  const { kind: _kind, ...server } = plan;
  return clickhouse({ ...server, redis, eventStore: CLICKHOUSE_BOUNDS });
}

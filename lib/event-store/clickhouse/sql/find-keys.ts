import { type KeySearch, keyCondition } from './key-search.js';
import type { Statement } from './statement.js';

/** Which keys some streams know, with the ranges of their appends. */
export function findKeys(search: KeySearch): Statement {
  const { condition, params, settings } = keyCondition(search);
  return {
    sql: `
SELECT tenant_id, aggregate_type, aggregate_id, idempotency_key,
  min(sequence) AS first_sequence, max(sequence) AS last_sequence
FROM events
WHERE ${condition}
GROUP BY tenant_id, aggregate_type, aggregate_id, idempotency_key`,
    params,
    settings,
  };
}

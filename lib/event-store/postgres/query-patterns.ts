import type { JsonValue } from '../../events/json-value.js';
import { toSearchJson } from '../../postgres/to-search-json.js';
import type { TenantId } from '../../tenancy/tenant-id.js';
import type { CheckedCriteria, CheckedEventQuery } from '../check-event-query.js';
import { isStorable } from './sql/storable-texts.js';

/**
 * A query as JSON text of a list of patterns, of which the column `document` of a matching event contains one;
 * `null` when every event of the tenant matches.
 */
export function queryPatterns(tenantId: TenantId, query: CheckedEventQuery): string | null {
  if (query.some(isEmpty)) return null;
  return JSON.stringify(query.flatMap((criteria) => patternsOf(tenantId, criteria)));
}

function isEmpty({ types, tags, payload, aggregateType, aggregateId }: CheckedCriteria): boolean {
  return !types && !payload && tags.length === 0 && aggregateType === undefined && aggregateId === undefined;
}

function patternsOf(
  tenantId: TenantId,
  { types, tags, payload, aggregateType, aggregateId }: CheckedCriteria,
): JsonValue[] {
  const pattern = {
    tenant: tenantId,
    ...(tags.length > 0 && { tags }),
    ...(payload && { payload: JSON.parse(toSearchJson(JSON.stringify(payload))) as JsonValue }),
    ...(aggregateType !== undefined && { aggregateType }),
    ...(aggregateId !== undefined && { aggregateId }),
  };
  return types ? types.filter(isStorable).map((type) => ({ ...pattern, type })) : [pattern];
}

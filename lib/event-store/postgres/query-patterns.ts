import type { JsonValue } from '../../events/json-value.js';
import { toSearchJson } from '../../postgres/to-search-json.js';
import type { TenantId } from '../../tenancy/tenant-id.js';
import type { CheckedCriteria, CheckedEventQuery } from '../check-event-query.js';
import { isStorable } from './sql/storable-texts.js';

/** Patterns as JSON values: the column `document` of an event that matches a query contains one of them. */
export function queryPatterns(tenantId: TenantId, query: CheckedEventQuery): readonly JsonValue[] {
  return query.flatMap((criteria) => patternsOf(tenantId, criteria));
}

function patternsOf(
  tenantId: TenantId,
  { types, tags, payload, aggregateType, aggregateId }: CheckedCriteria,
): JsonValue[] {
  const pattern = {
    ...(tags.length > 0 && { tags }),
    ...(payload && { payload: JSON.parse(toSearchJson(JSON.stringify(payload))) as JsonValue }),
    ...(aggregateType !== undefined && { aggregateType }),
    ...(aggregateId !== undefined && { aggregateId }),
  };
  const patterns = types ? types.filter(isStorable).map((type) => ({ ...pattern, type })) : [pattern];
  return patterns.map((one) => ({ [tenantId]: one }));
}

/** Whether the columns of an event do not tell if it matches. */
export function needsDocument({ tags, payload }: CheckedCriteria): boolean {
  return tags.length > 0 || payload !== undefined;
}

/** Whether a query is found by tags or scalars of a payload, of which there are taken to be few. */
export function isByContent(query: CheckedEventQuery): boolean {
  return query.length > 0 && query.every(({ tags, payload }) => tags.length > 0 || hasScalar(payload));
}

/** Objects and lists alone are no entries of the index. */
function hasScalar(value: JsonValue | undefined): boolean {
  if (typeof value !== 'object' || value === null) return value !== undefined;
  return Object.values(value).some((part) => hasScalar(part as JsonValue));
}

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
    tenant: tenantId,
    ...(tags.length > 0 && { tags }),
    ...(payload && { payload: JSON.parse(toSearchJson(JSON.stringify(payload))) as JsonValue }),
    ...(aggregateType !== undefined && { aggregateType }),
    ...(aggregateId !== undefined && { aggregateId }),
  };
  return types ? types.filter(isStorable).map((type) => ({ ...pattern, type })) : [pattern];
}

/** What names tags or a payload is taken to be rare, so the index of contents is asked. */
export function hasContent({ tags, payload }: CheckedCriteria): boolean {
  return tags.length > 0 || payload !== undefined;
}

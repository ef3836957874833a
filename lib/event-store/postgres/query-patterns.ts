import type { JsonValue } from '../../events/json-value.js';
import { toSearchJson } from '../../postgres/to-search-json.js';
import type { TenantId } from '../../tenancy/tenant-id.js';
import type { CheckedCriteria } from '../check-event-query.js';

/** As JSON text what the column `document` of an event contains that has the tags and the payload of a criterion. */
export function documentPattern(tenantId: TenantId, { tags, payload }: CheckedCriteria): string {
  const tagsPart = tags.length > 0 ? [`"tags":${JSON.stringify(tags)}`] : [];
  const payloadPart = payload ? [`"payload":${toSearchJson(JSON.stringify(payload))}`] : [];
  return `{${JSON.stringify(tenantId)}:{${[...tagsPart, ...payloadPart].join(',')}}}`;
}

/** Whether the columns of an event do not tell if it matches. */
export function needsDocument({ tags, payload }: CheckedCriteria): boolean {
  return tags.length > 0 || payload !== undefined;
}

/** Whether a criterion is found by tags or scalars of a payload, of which there are taken to be few. */
export function isByContent({ tags, payload }: CheckedCriteria): boolean {
  return tags.length > 0 || hasScalar(payload);
}

/** Objects and lists alone are no entries of the index. */
function hasScalar(value: JsonValue | undefined): boolean {
  if (typeof value !== 'object' || value === null) return value !== undefined;
  return Object.values(value).some((part) => hasScalar(part as JsonValue));
}

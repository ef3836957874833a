import type { EventId } from '../../events/event-id.js';
import { isJsonTooDeep } from '../../events/json-depth.js';
import type { JsonValue } from '../../events/json-value.js';
import type { StoredEvent } from '../../events/stored-event.js';
import { toSearchJson } from '../../postgres/to-search-json.js';
import type { TenantId } from '../../tenancy/tenant-id.js';
import { MAX_PATTERN_DEPTH } from '../check-payload-pattern.js';
import { parseMetadata } from '../parse-metadata.js';
import type { EventDraft } from '../prepare-append.js';

/** One row as the function `append_events` takes it; `n` counts the events of stream `s` from 1. */
export interface NewEventRow {
  readonly s: number;
  readonly n: number;
  readonly id: string;
  readonly type: string;
  readonly version: number;
  readonly occurred: number;
  /** A list as JSON text. */
  readonly tags: string;
  readonly metadata: string;
  readonly payload: string;
  /** Where content queries find something else than the payload. */
  readonly document?: string;
}

/** One row as reads give it: 64 bit integers come as text or number. */
export interface EventRow {
  readonly tenant_id: string;
  readonly aggregate_type: string;
  readonly aggregate_id: string;
  readonly sequence: string | number;
  readonly event_id: string;
  readonly event_type: string;
  readonly event_version: string | number;
  readonly occurred_ms: string | number;
  readonly recorded_ms: string | number;
  readonly payload: string;
  readonly tags: string;
  readonly metadata: string;
}

export function toNewRow(event: EventDraft, stream: number, index: number): NewEventRow {
  const document = toDocument(event.payload);
  return {
    s: stream,
    n: index + 1,
    id: event.id,
    type: event.type,
    version: event.version,
    occurred: event.occurredAt,
    tags: JSON.stringify(event.tags),
    metadata: JSON.stringify(event.metadata),
    payload: event.payload,
    ...(document !== event.payload && { document }),
  };
}

/** A payload as `jsonb` takes it: levels that no pattern can reach may be left out. */
function toDocument(payload: string): string {
  if (!isJsonTooDeep(payload)) return toSearchJson(payload);
  return toSearchJson(JSON.stringify(pruned(JSON.parse(payload) as JsonValue, MAX_PATTERN_DEPTH)));
}

function pruned(value: JsonValue, depth: number): JsonValue {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    return depth === 0 ? [] : (value as readonly JsonValue[]).map((element) => pruned(element, depth - 1));
  }
  const entries = depth === 0 ? [] : Object.entries(value);
  return Object.fromEntries(entries.map(([name, property]) => [name, pruned(property as JsonValue, depth - 1)]));
}

/** @throws UndecodableEventError when the metadata is not a JSON object */
export function fromRow(row: EventRow): StoredEvent {
  const event: StoredEvent = {
    id: row.event_id as EventId,
    tenantId: row.tenant_id as TenantId,
    aggregateType: row.aggregate_type,
    aggregateId: row.aggregate_id,
    sequence: Number(row.sequence),
    type: row.event_type,
    version: Number(row.event_version),
    payload: row.payload,
    tags: parseTags(row.tags),
    metadata: {},
    occurredAt: Number(row.occurred_ms),
    recordedAt: Number(row.recorded_ms),
  };
  return { ...event, metadata: parseMetadata(row.metadata, event) };
}

/** Written by this store alone, as JSON of a list. */
export function parseTags(text: string): readonly string[] {
  return text === '[]' ? [] : (JSON.parse(text) as readonly string[]);
}

import type { EventId } from '../../events/event-id.js';
import { isJsonTooDeep } from '../../events/json-depth.js';
import type { StoredEvent } from '../../events/stored-event.js';
import { toSearchJson } from '../../postgres/to-search-json.js';
import type { TenantId } from '../../tenancy/tenant-id.js';
import { parseMetadata } from '../parse-metadata.js';
import type { EventDraft } from '../prepare-append.js';

/** One row as the function `append_events` takes it; `n` counts from 1. */
export interface NewEventRow {
  readonly n: number;
  readonly id: string;
  readonly type: string;
  readonly version: number;
  readonly occurred: number;
  readonly metadata: string;
  readonly payload: string;
  /** Where content queries find something else than the payload; '' for nothing. */
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
  readonly metadata: string;
}

export function toNewRow(event: EventDraft, index: number): NewEventRow {
  const document = isJsonTooDeep(event.payload) ? '' : toSearchJson(event.payload);
  return {
    n: index + 1,
    id: event.id,
    type: event.type,
    version: event.version,
    occurred: event.occurredAt,
    metadata: JSON.stringify(event.metadata),
    payload: event.payload,
    ...(document !== event.payload && { document }),
  };
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
    metadata: {},
    occurredAt: Number(row.occurred_ms),
    recordedAt: Number(row.recorded_ms),
  };
  return { ...event, metadata: parseMetadata(row.metadata, event) };
}

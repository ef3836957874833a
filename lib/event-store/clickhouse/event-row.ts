import type { EventId } from '../../events/event-id.js';
import type { StoredEvent } from '../../events/stored-event.js';
import type { TenantId } from '../../tenancy/tenant-id.js';
import { parseMetadata } from '../parse-metadata.js';

/** One row as the fenced insert takes it. Without a key `idempotency_key` is empty, which no key is. */
export interface NewEventRow {
  readonly tenant_id: string;
  readonly aggregate_type: string;
  readonly aggregate_id: string;
  readonly sequence: number;
  readonly event_id: string;
  readonly event_type: string;
  readonly event_version: number;
  readonly occurred_ms: number;
  readonly recorded_ms: number;
  readonly idempotency_key: string;
  readonly tags: readonly string[];
  readonly payload: string;
  readonly metadata: string;
}

/** One row as reads give it: 64 bit integers come as text. */
export interface EventRow extends Omit<NewEventRow, 'sequence' | 'occurred_ms' | 'recorded_ms'> {
  readonly sequence: string;
  readonly occurred_ms: string;
  readonly recorded_ms: string;
}

export function toRow(event: StoredEvent, key: string | undefined): NewEventRow {
  return {
    tenant_id: event.tenantId,
    aggregate_type: event.aggregateType,
    aggregate_id: event.aggregateId,
    sequence: event.sequence,
    event_id: event.id,
    event_type: event.type,
    event_version: event.version,
    occurred_ms: event.occurredAt,
    recorded_ms: event.recordedAt,
    idempotency_key: key ?? '',
    tags: event.tags,
    payload: event.payload,
    metadata: JSON.stringify(event.metadata),
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
    version: row.event_version,
    tags: row.tags,
    payload: row.payload,
    metadata: {},
    occurredAt: Number(row.occurred_ms),
    recordedAt: Number(row.recorded_ms),
  };
  return { ...event, metadata: parseMetadata(row.metadata, event) };
}

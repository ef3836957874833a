import type { StoredEvent } from '../events/stored-event.js';
import { parseMetadata } from './parse-metadata.js';
import type { StreamId } from './stream-id.js';

/** A row of the log as it stands there: nothing of it is decoded, so any row can be told, however broken. */
export interface LogRow extends Omit<StoredEvent, 'metadata'> {
  /** As text, JSON unless the row is broken. */
  readonly metadata: string;
  /** The key of the append that the row belongs to. */
  readonly key?: string;
}

/** A stored event together with the key of its append. */
export interface KeyedEvent {
  readonly event: StoredEvent;
  readonly key?: string;
}

/** Where a row stands. The log is ordered by these, text by its UTF-8 bytes. */
export interface LogPlace extends StreamId {
  readonly sequence: number;
}

/** @throws UndecodableEventError when the metadata is not a JSON object */
export function toStoredEvent(row: LogRow): StoredEvent {
  return {
    id: row.id,
    tenantId: row.tenantId,
    aggregateType: row.aggregateType,
    aggregateId: row.aggregateId,
    sequence: row.sequence,
    type: row.type,
    version: row.version,
    tags: row.tags,
    payload: row.payload,
    metadata: parseMetadata(row.metadata, row),
    occurredAt: row.occurredAt,
    recordedAt: row.recordedAt,
  };
}

export function toKeyedEvent(row: LogRow): KeyedEvent {
  return { event: toStoredEvent(row), key: row.key };
}

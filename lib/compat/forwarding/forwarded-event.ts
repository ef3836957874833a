import type { EventMetadata } from '../../events/event-metadata.js';
import type { RecordedEvent } from '../../events/recorded-event.js';

/** An event as others get it; JSON. @publicApi */
export interface ForwardedEvent {
  /** By which whoever reads it knows it again. */
  readonly id: string;
  readonly tenantId: string;
  readonly aggregateType: string;
  readonly aggregateId: string;
  /** Position in the stream of its aggregate, from 1. */
  readonly sequence: number;
  readonly type: string;
  readonly version: number;
  readonly data: object;
  readonly metadata: EventMetadata;
  /** When it happened; milliseconds since the epoch. */
  readonly timestamp: number;
}

export function toForwarded(event: RecordedEvent): ForwardedEvent {
  const { id, tenantId, aggregateType, aggregateId, sequence, type, version, data, metadata, occurredAt } = event;
  const stream = { tenantId, aggregateType, aggregateId, sequence };
  return {
    id,
    ...stream,
    type,
    version,
    data: { ...data },
    metadata: { ...metadata },
    timestamp: occurredAt.getTime(),
  };
}

import type { RecordedEvent } from '../events/recorded-event.js';
import type { MapDefinition } from './map-definition.js';
import type { MapHandler } from './map-handler.js';
import type { RecordRow } from './stores/record-row.js';
import { toJsonValue } from './to-json-value.js';

/** The row of an event. @throws InvalidProjectionResultError, and whatever the handler throws */
export function mapEvent(
  { component, name, version }: MapDefinition,
  handler: MapHandler<object, unknown>,
  event: RecordedEvent,
): RecordRow {
  return {
    tenantId: event.tenantId,
    projection: name,
    version,
    aggregateId: event.aggregateId,
    sequence: event.sequence,
    eventId: event.id,
    record: toJsonValue(component, event.type, handler.map(event)),
    recordedAt: event.recordedAt.getTime(),
  };
}

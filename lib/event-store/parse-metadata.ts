import type { EventMetadata } from '../events/event-metadata.js';
import { type EventPlace, UndecodableEventError } from '../events/undecodable-event.error.js';

/** The metadata of a row. @throws UndecodableEventError when it is not a JSON object */
export function parseMetadata(text: string, event: EventPlace): EventMetadata {
  let metadata: unknown;
  try {
    metadata = JSON.parse(text);
  } catch (cause) {
    throw new UndecodableEventError(event, 'its metadata is not JSON', { cause });
  }
  if (typeof metadata !== 'object' || metadata === null || Array.isArray(metadata)) {
    throw new UndecodableEventError(event, 'its metadata is not a JSON object');
  }
  return metadata;
}

import { InvalidArgumentError } from '../errors/invalid-argument.error.js';
import { checkTags } from '../events/check-tags.js';
import type { EventId } from '../events/event-id.js';
import type { EventMetadata } from '../events/event-metadata.js';
import type { NewEvent } from '../events/new-event.js';
import type { StoredEvent } from '../events/stored-event.js';
import { TenantContext } from '../tenancy/tenant-context.js';
import type { PrepareTools } from './prepare-tools.js';
import type { StreamId } from './stream-id.js';

/** A stored event before the store has given it its place and time. */
export type EventDraft = Omit<StoredEvent, 'sequence' | 'recordedAt'>;

const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const METADATA_FIELDS = ['correlationId', 'causationId', 'userId', 'traceparent'] as const;

/** Years that every store can keep with milliseconds. */
const MIN_TIME_MS = Date.UTC(1900, 0, 1);
const MAX_TIME_MS = Date.UTC(2200, 0, 1) - 1;

/** Checks and encodes one event. @throws InvalidArgumentError @throws InvalidEventError */
export function prepareEvent(
  stream: StreamId,
  event: NewEvent,
  field: string,
  ambient: EventMetadata,
  now: number,
  tools: PrepareTools,
): EventDraft {
  if (typeof event !== 'object' || event === null) {
    throw new InvalidArgumentError(field, 'must be an object with the event as its data');
  }
  const { type, version, payload, derivedTags } = tools.serializer.serialize(event);
  return {
    id: event.id === undefined ? tools.ids.next() : checkEventId(event.id, field),
    ...stream,
    type,
    version,
    payload,
    tags: checkTags(`${field}.tags`, event.tags === undefined ? derivedTags : event.tags),
    metadata: { ...ambient, ...checkMetadata(event.metadata, `${field}.metadata`) },
    occurredAt: event.occurredAt === undefined ? now : checkTime(event.occurredAt, field),
  };
}

/** The work at hand names its causes; what it does in another tenant's stream must not carry them there. */
export function ambientMetadata(stream: StreamId): EventMetadata {
  const context = TenantContext.current();
  return context?.tenantId === stream.tenantId ? pickMetadata(context) : {};
}

function checkMetadata(metadata: EventMetadata | undefined, field: string): EventMetadata {
  if (metadata === undefined) return {};
  if (typeof metadata !== 'object' || metadata === null) throw new InvalidArgumentError(field, 'must be an object');
  const picked = pickMetadata(metadata);
  for (const [name, value] of Object.entries(picked)) {
    if (typeof value !== 'string') throw new InvalidArgumentError(`${field}.${name}`, 'must be a string');
  }
  return picked;
}

function pickMetadata(from: EventMetadata): EventMetadata {
  return Object.fromEntries(METADATA_FIELDS.flatMap((name) => (from[name] === undefined ? [] : [[name, from[name]]])));
}

function checkEventId(id: EventId, field: string): EventId {
  if (typeof id !== 'string' || !UUID_V7.test(id)) {
    throw new InvalidArgumentError(`${field}.id`, 'must be a UUIDv7 as lower-case text');
  }
  return id;
}

function checkTime(time: Date, field: string): number {
  const ms = time instanceof Date ? time.getTime() : NaN;
  if (!(ms >= MIN_TIME_MS && ms <= MAX_TIME_MS)) {
    throw new InvalidArgumentError(`${field}.occurredAt`, 'must be a valid Date between the years 1900 and 2199');
  }
  return ms;
}

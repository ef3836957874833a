import type { Clock } from '../clock/clock.js';
import { InvalidArgumentError } from '../errors/invalid-argument.error.js';
import type { EventId } from '../events/event-id.js';
import type { EventMetadata } from '../events/event-metadata.js';
import type { EventSerializer } from '../events/event-serializer.js';
import type { IdGenerator } from '../events/id-generator.js';
import type { NewEvent } from '../events/new-event.js';
import type { StoredEvent } from '../events/stored-event.js';
import { TenantContext } from '../tenancy/tenant-context.js';
import type { AppendOptions, ExpectedSequence } from './append-options.js';
import { checkStream, checkText } from './check-stream.js';
import type { KeyedEvent } from './log-row.js';
import type { StreamId } from './stream-id.js';

/** Most events of one append. */
export const MAX_EVENTS_PER_APPEND = 10_000;

/** Most bytes of one append: payloads and metadata as JSON text. */
export const MAX_BYTES_PER_APPEND = 33_554_432;

/** A stored event before the store has given it its place and time. */
export type EventDraft = Omit<StoredEvent, 'sequence' | 'recordedAt'>;

/** An append whose arguments are checked and whose events are encoded, so that only the store itself can refuse it. */
export interface PreparedAppend {
  readonly stream: StreamId;
  /** At least one; their ids are distinct. */
  readonly drafts: readonly EventDraft[];
  readonly expectedSequence: ExpectedSequence;
  readonly key?: string;
  /** Size of payloads and metadata as JSON text. */
  readonly bytes: number;
  /** Set when the events come from another log: they are stored just so, and nobody is given them. */
  readonly restored?: readonly KeyedEvent[];
}

/** What preparing needs; the context of a storage adapter has it. */
export interface PrepareTools {
  readonly serializer: EventSerializer;
  readonly ids: IdGenerator;
  readonly clock: Clock;
}

const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const METADATA_FIELDS = ['correlationId', 'causationId', 'userId', 'traceparent'] as const;

/** Years that every store can keep with milliseconds. */
const MIN_TIME_MS = Date.UTC(1900, 0, 1);
const MAX_TIME_MS = Date.UTC(2200, 0, 1) - 1;

/** @throws InvalidTenantError @throws InvalidArgumentError @throws InvalidEventError */
export function prepareAppend(
  stream: StreamId,
  events: readonly NewEvent[],
  options: AppendOptions = {},
  tools: PrepareTools,
): PreparedAppend {
  const checked = checkStream(stream);
  const { expectedSequence = 'any', key } = options;
  checkExpectedSequence(expectedSequence);
  if (key !== undefined) checkText('options.key', key);
  if (!Array.isArray(events) || events.length === 0) {
    throw new InvalidArgumentError('events', 'must be an array of at least one event');
  }
  if (events.length > MAX_EVENTS_PER_APPEND) {
    throw new InvalidArgumentError(
      'events',
      `must not hold more than ${MAX_EVENTS_PER_APPEND} events, but holds ${events.length}; split the append`,
    );
  }
  const ambient = ambientMetadata(checked);
  const now = tools.clock.now();
  const drafts = events.map((event: NewEvent, index) => prepareEvent(checked, event, index, ambient, now, tools));
  checkIdsDistinct(drafts);
  return { stream: checked, drafts, expectedSequence, key, bytes: checkBytes(drafts) };
}

function prepareEvent(
  stream: StreamId,
  event: NewEvent,
  index: number,
  ambient: EventMetadata,
  now: number,
  tools: PrepareTools,
): EventDraft {
  if (typeof event !== 'object' || event === null) {
    throw new InvalidArgumentError(`events[${index}]`, 'must be an object with the event as its data');
  }
  const { type, version, payload } = tools.serializer.serialize(event);
  return {
    id: event.id === undefined ? tools.ids.next() : checkEventId(event.id, index),
    ...stream,
    type,
    version,
    payload,
    metadata: { ...ambient, ...checkMetadata(event.metadata, index) },
    occurredAt: event.occurredAt === undefined ? now : checkTime(event.occurredAt, index),
  };
}

/** The work at hand names its causes; what it does in another tenant's stream must not carry them there. */
function ambientMetadata(stream: StreamId): EventMetadata {
  const context = TenantContext.current();
  return context?.tenantId === stream.tenantId ? pickMetadata(context) : {};
}

function checkMetadata(metadata: EventMetadata | undefined, index: number): EventMetadata {
  if (metadata === undefined) return {};
  const field = `events[${index}].metadata`;
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

function checkEventId(id: EventId, index: number): EventId {
  if (typeof id !== 'string' || !UUID_V7.test(id)) {
    throw new InvalidArgumentError(`events[${index}].id`, 'must be a UUIDv7 as lower-case text');
  }
  return id;
}

function checkTime(time: Date, index: number): number {
  const ms = time instanceof Date ? time.getTime() : NaN;
  if (!(ms >= MIN_TIME_MS && ms <= MAX_TIME_MS)) {
    throw new InvalidArgumentError(
      `events[${index}].occurredAt`,
      'must be a valid Date between the years 1900 and 2199',
    );
  }
  return ms;
}

function checkExpectedSequence(expected: ExpectedSequence): void {
  if (expected === 'any' || expected === 'no-stream' || expected === 'stream-exists') return;
  if (!Number.isSafeInteger(expected) || expected < 0) {
    throw new InvalidArgumentError(
      'options.expectedSequence',
      "must be an integer of at least 0, 'any', 'no-stream' or 'stream-exists'",
    );
  }
}

function checkIdsDistinct(drafts: readonly EventDraft[]): void {
  const seen = new Set<string>();
  drafts.forEach(({ id }, index) => {
    if (seen.has(id)) throw new InvalidArgumentError(`events[${index}].id`, 'must not occur twice in one append');
    seen.add(id);
  });
}

function checkBytes(drafts: readonly EventDraft[]): number {
  let bytes = 0;
  for (const draft of drafts)
    bytes += Buffer.byteLength(draft.payload) + Buffer.byteLength(JSON.stringify(draft.metadata));
  if (bytes > MAX_BYTES_PER_APPEND) {
    throw new InvalidArgumentError(
      'events',
      `must not exceed ${MAX_BYTES_PER_APPEND} bytes of data and metadata as JSON, but have ${bytes}; split the append`,
    );
  }
  return bytes;
}

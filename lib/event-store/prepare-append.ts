import { InvalidArgumentError } from '../errors/invalid-argument.error.js';
import type { NewEvent } from '../events/new-event.js';
import type { AppendOptions, ExpectedSequence } from './append-options.js';
import { checkAppendCondition, type CheckedCondition } from './check-append-condition.js';
import { checkStream, checkText } from './check-stream.js';
import type { KeyedEvent } from './log-row.js';
import { ambientMetadata, prepareEvent, type EventDraft } from './prepare-event.js';
import type { PrepareTools } from './prepare-tools.js';
import type { StreamId } from './stream-id.js';

export type { EventDraft, PrepareTools };

/** Most events of one append, all of its streams together. */
export const MAX_EVENTS_PER_APPEND = 10_000;

/** Most bytes of one append: payloads, metadata and tags as JSON text, of all of its streams together. */
export const MAX_BYTES_PER_APPEND = 33_554_432;

/** What an append writes to one stream, its events encoded. */
export interface PreparedEvents {
  readonly stream: StreamId;
  /** At least one; their ids are distinct. */
  readonly drafts: readonly EventDraft[];
  readonly expectedSequence: ExpectedSequence;
  /** Size of payloads, metadata and tags as JSON text. */
  readonly bytes: number;
  /** Set when the events come from another log: they are stored just so, and nobody is given them. */
  readonly restored?: readonly KeyedEvent[];
}

/** An append whose arguments are checked and whose events are encoded, so that only the store itself can refuse it. */
export interface PreparedAppend extends PreparedEvents {
  readonly key?: string;
  /** Milliseconds since the epoch. */
  readonly keySince?: number;
  readonly condition?: CheckedCondition;
}

/** @throws InvalidTenantError @throws InvalidArgumentError @throws InvalidEventError */
export function prepareAppend(
  stream: StreamId,
  events: readonly NewEvent[],
  options: AppendOptions = {},
  tools: PrepareTools,
): PreparedAppend {
  const checked = checkStream(stream);
  const { expectedSequence = 'any', key } = options;
  checkExpectedSequence('options.expectedSequence', expectedSequence);
  if (key !== undefined) checkText('options.key', key);
  const keySince = checkKeySince(options);
  const condition = checkAppendCondition(options.condition);
  const prepared = { ...prepareEvents(checked, events, 'events', tools), expectedSequence, key, keySince, condition };
  checkTogether([prepared], 'events');
  return prepared;
}

/** @param field path of the events among the arguments */
export function prepareEvents(
  stream: StreamId,
  events: readonly NewEvent[],
  field: string,
  tools: PrepareTools,
): Omit<PreparedEvents, 'expectedSequence'> {
  if (!Array.isArray(events) || events.length === 0) {
    throw new InvalidArgumentError(field, 'must be an array of at least one event');
  }
  checkCount(events.length, field);
  const ambient = ambientMetadata(stream);
  const now = tools.clock.now();
  const drafts = events.map((event: NewEvent, index) =>
    prepareEvent(stream, event, `${field}[${index}]`, ambient, now, tools),
  );
  return { stream, drafts, bytes: drafts.reduce((sum, draft) => sum + sizeOf(draft), 0) };
}

/** Checks what holds for an append as a whole. @throws InvalidArgumentError */
export function checkTogether(parts: readonly Omit<PreparedEvents, 'expectedSequence'>[], field: string): void {
  checkCount(
    parts.reduce((sum, { drafts }) => sum + drafts.length, 0),
    field,
  );
  const bytes = parts.reduce((sum, part) => sum + part.bytes, 0);
  if (bytes > MAX_BYTES_PER_APPEND) {
    throw new InvalidArgumentError(
      field,
      `must not exceed ${MAX_BYTES_PER_APPEND} bytes of data, metadata and tags as JSON, but have ${bytes}; ` +
        'split the append',
    );
  }
  const seen = new Set<string>();
  parts.forEach(({ drafts }, part) => {
    drafts.forEach(({ id }, index) => {
      const path = parts.length === 1 && field === 'events' ? field : `${field}[${part}].events`;
      if (seen.has(id)) throw new InvalidArgumentError(`${path}[${index}].id`, 'must not occur twice in one append');
      seen.add(id);
    });
  });
}

/** @throws InvalidArgumentError */
export function checkExpectedSequence(field: string, expected: ExpectedSequence): void {
  if (expected === 'any' || expected === 'no-stream' || expected === 'stream-exists') return;
  if (!Number.isSafeInteger(expected) || expected < 0) {
    throw new InvalidArgumentError(field, "must be an integer of at least 0, 'any', 'no-stream' or 'stream-exists'");
  }
}

function checkKeySince({ key, keySince }: AppendOptions): number | undefined {
  if (keySince === undefined) return undefined;
  if (key === undefined) throw new InvalidArgumentError('options.keySince', 'must come with a key');
  if (!(keySince instanceof Date) || !Number.isFinite(keySince.getTime())) {
    throw new InvalidArgumentError('options.keySince', 'must be a valid Date');
  }
  return keySince.getTime();
}

function checkCount(count: number, field: string): void {
  if (count <= MAX_EVENTS_PER_APPEND) return;
  throw new InvalidArgumentError(
    field,
    `must not hold more than ${MAX_EVENTS_PER_APPEND} events, but holds ${count}; split the append`,
  );
}

function sizeOf({ payload, metadata, tags }: EventDraft): number {
  const tagBytes = tags.length === 0 ? 0 : Buffer.byteLength(JSON.stringify(tags));
  return Buffer.byteLength(payload) + Buffer.byteLength(JSON.stringify(metadata)) + tagBytes;
}

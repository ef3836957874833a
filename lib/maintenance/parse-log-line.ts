import { checkStream, checkText } from '../event-store/check-stream.js';
import type { EmptiedStream } from '../event-store/emptied-stream.js';
import { toKeyedEvent, type KeyedEvent, type LogRow } from '../event-store/log-row.js';
import type { StreamId } from '../event-store/stream-id.js';
import { InvalidArgumentError } from '../errors/invalid-argument.error.js';
import { checkTags } from '../events/check-tags.js';
import { isReserved, RESERVED_PREFIX } from '../tenancy/reserved-prefix.js';
import type { LogLine } from './log-lines.js';

const EVENT_ID = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
/** Versions are kept in 32 bits. */
const MAX_VERSION = 2 ** 32 - 1;
/** Years that every store can keep with milliseconds. */
const MIN_TIME_MS = Date.UTC(1900, 0, 1);
const MAX_TIME_MS = Date.UTC(2200, 0, 1) - 1;

/** The part of a line that its one field names. @throws SyntaxError, InvalidArgumentError */
export function parseLogLine(text: string): LogLine {
  const line: unknown = JSON.parse(text);
  const fields = typeof line === 'object' && line !== null ? Object.entries(line) : [];
  const [field] = fields;
  const isObject = typeof field?.[1] === 'object' && field[1] !== null;
  if (fields.length !== 1 || !isObject || !['log', 'event', 'emptied', 'end'].includes(field[0])) {
    throw new InvalidArgumentError('line', 'must be an object with one of log, event, emptied and end');
  }
  return line as LogLine;
}

/** @throws InvalidArgumentError, InvalidTenantError, UndecodableEventError */
export function checkEvent(row: LogRow): KeyedEvent {
  const stream = checkOwner(row);
  check('id', typeof row.id === 'string' && EVENT_ID.test(row.id), 'must be a UUIDv7 as lower-case text');
  checkInteger('sequence', row.sequence, 1, Number.MAX_SAFE_INTEGER);
  checkText('type', row.type);
  checkInteger('version', row.version, 1, MAX_VERSION);
  checkInteger('occurredAt', row.occurredAt, MIN_TIME_MS, MAX_TIME_MS);
  checkInteger('recordedAt', row.recordedAt, MIN_TIME_MS, MAX_TIME_MS);
  if (row.key !== undefined) checkText('key', row.key);
  check('metadata', typeof row.metadata === 'string', 'must be text');
  check('payload', typeof row.payload === 'string' && isJsonObject(row.payload), 'must be the text of a JSON object');
  return toKeyedEvent({ ...row, ...stream, tags: checkTags('tags', row.tags) });
}

/** @throws InvalidArgumentError, InvalidTenantError */
export function checkEmptied(emptied: EmptiedStream): EmptiedStream {
  const stream = checkOwner(emptied);
  checkInteger('head', emptied.head, 1, Number.MAX_SAFE_INTEGER);
  checkInteger('recordedAt', emptied.recordedAt, MIN_TIME_MS, MAX_TIME_MS);
  return { ...stream, head: emptied.head, recordedAt: emptied.recordedAt };
}

/** Streams of our own are derived: no export has them. */
function checkOwner(row: StreamId): StreamId {
  const stream = checkStream(row);
  check('aggregateType', !isReserved(stream.aggregateType), `must not begin with ${RESERVED_PREFIX}`);
  return stream;
}

function checkInteger(field: string, value: unknown, least: number, most: number): void {
  const isInRange = typeof value === 'number' && Number.isSafeInteger(value) && value >= least && value <= most;
  check(field, isInRange, `must be an integer from ${least} to ${most}`);
}

function check(field: string, holds: boolean, problem: string): void {
  if (!holds) throw new InvalidArgumentError(field, problem);
}

function isJsonObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}

import { describeError } from '../../errors/describe-error.js';
import { InvalidArgumentError } from '../../errors/invalid-argument.error.js';
import { PermanentError } from '../../errors/permanent.error.js';
import type { StoredEvent } from '../../events/stored-event.js';
import { isPlain } from '../../tenancy/is-plain.js';
import type { CommandJob, Job, OutboxJob, TimerJob } from '../job.js';
import type { StagedJob } from '../staged-job.js';
import type { JobTiming } from '../timing.js';

/** Bytes: of events that one entry carries, and of one job. */
export interface EntryBounds {
  readonly maxInlineBytes: number;
  readonly maxJobBytes: number;
}

const RANGE_LETTERS = { fold: 'F', map: 'M', route: 'R', process: 'I', subscription: 'S' } as const;
const RANGE_KINDS = { F: 'fold', M: 'map', R: 'route', I: 'process', S: 'subscription' } as const;

/**
 * Entries of lanes as the scripts see them: a header, a line feed, the payload as JSON. Scripts read headers only.
 *
 *     C\n<command job>
 *     F<from> <to> <aggregateId>\n<events, or nothing when they are to be read from the log>; M… of a map, R… of a route,
 *                                      I… of the inbox of a process, S… of a subscription
 *     E<sequence> <aggregateId>\n<event of a reactor job, or nothing when it is to be read from the log>
 *     P<from> <sequence> <aggregateId>\n<the same, of a durable reactor>
 *     O\n<outbox job>
 *     T\n<timer job>
 *     D<delayMs> <timing>\n<one of the above>
 *
 * with the timings, the second and third of which may be replaced while they wait:
 *
 *     w                                delayed
 *     b<maxWaitMs> <rank> <source>     debounced
 *     t<everyMs> <rank> <source>       throttled, with a delay of 0
 *     u<forMs>                         deduplicated, with a delay of 0
 *
 * @throws InvalidArgumentError when the job is not JSON-safe or over the bound
 */
export function encodeEntry(staged: StagedJob, bounds: EntryBounds): string {
  const entry = toEntry(staged.job, bounds.maxInlineBytes);
  if (isLonger(entry, bounds.maxJobBytes)) {
    throw new InvalidArgumentError('job', `must not exceed ${bounds.maxJobBytes} bytes as JSON`);
  }
  return timingHeader(staged) + entry;
}

/** @throws PermanentError when the entry was not made by `encodeEntry` */
export function decodeEntry(entry: string): Job {
  try {
    return decode(entry.startsWith('D') ? entry.slice(entry.indexOf('\n') + 1) : entry);
  } catch (cause) {
    throw new PermanentError(`A job in the queue cannot be read: ${entry.slice(0, 100)}`, { cause });
  }
}

function timingHeader({ delayMs, debounce, throttle, dedupe }: JobTiming): string {
  if (delayMs !== undefined) return `D${delayMs} w\n`;
  if (debounce !== undefined) {
    const { delayMs: quietMs, maxWaitMs, rank, source } = debounce;
    return `D${quietMs} b${maxWaitMs} ${rank} ${encodeText(source)}\n`;
  }
  if (throttle !== undefined) return `D0 t${throttle.everyMs} ${throttle.rank} ${encodeText(throttle.source)}\n`;
  return dedupe === undefined ? '' : `D0 u${dedupe.forMs}\n`;
}

function toEntry(job: Job, maxInlineBytes: number): string {
  try {
    return encodeJob(job, maxInlineBytes);
  } catch (cause) {
    throw new InvalidArgumentError('job', `must be JSON (${describeError(cause)})`);
  }
}

function encodeJob(job: Job, maxInlineBytes: number): string {
  switch (job.kind) {
    case 'command':
      return `C\n${JSON.stringify(job)}`;
    case 'outbox':
      return `O\n${JSON.stringify(job)}`;
    case 'timer':
      return `T\n${JSON.stringify(job)}`;
    case 'reactor': {
      const { aggregateId, sequence, event, from } = job;
      const place = from === undefined ? `E${sequence}` : `P${from} ${sequence}`;
      const header = `${place} ${encodeText(aggregateId)}\n`;
      if (event === null || event.payload.length > maxInlineBytes) return header;
      return header + orNothing(JSON.stringify(event), maxInlineBytes);
    }
    case 'fold':
    case 'map':
    case 'process':
    case 'route':
    case 'subscription': {
      const { kind, aggregateId, from, to, events } = job;
      const header = `${RANGE_LETTERS[kind]}${from} ${to} ${encodeText(aggregateId)}\n`;
      // A long payload is mostly found before it is written as JSON.
      if (events === null || events.some(({ payload }) => payload.length > maxInlineBytes)) return header;
      return header + orNothing(JSON.stringify(events), maxInlineBytes);
    }
  }
}

function orNothing(json: string, maxBytes: number): string {
  return isLonger(json, maxBytes) ? '' : json;
}

function isLonger(text: string, maxBytes: number): boolean {
  // A character takes three bytes at most, and mostly one.
  return text.length > maxBytes || (text.length * 3 > maxBytes && Buffer.byteLength(text) > maxBytes);
}

function encodeText(text: string): string {
  return isPlain(text) ? text : encodeURIComponent(text);
}

function decode(entry: string): Job {
  const end = entry.indexOf('\n');
  const payload = entry.slice(end + 1);
  switch (entry[0]) {
    case 'C':
    case 'O':
    case 'T':
      return JSON.parse(payload) as CommandJob | OutboxJob | TimerJob;
    case 'E': {
      const [sequence, aggregateId] = entry.slice(1, end).split(' ');
      const event = payload === '' ? null : (JSON.parse(payload) as StoredEvent);
      return { kind: 'reactor', aggregateId: decodeURIComponent(aggregateId!), sequence: Number(sequence), event };
    }
    case 'P': {
      const [from, sequence, aggregateId] = entry.slice(1, end).split(' ');
      const event = payload === '' ? null : (JSON.parse(payload) as StoredEvent);
      const place = { aggregateId: decodeURIComponent(aggregateId!), sequence: Number(sequence), from: Number(from) };
      return { kind: 'reactor', ...place, event };
    }
    case 'F':
    case 'M':
    case 'R':
    case 'I':
    case 'S': {
      const [from, to, aggregateId] = entry.slice(1, end).split(' ');
      const events = payload === '' ? null : (JSON.parse(payload) as readonly StoredEvent[]);
      const kind = RANGE_KINDS[entry[0]];
      return { kind, aggregateId: decodeURIComponent(aggregateId!), from: Number(from), to: Number(to), events };
    }
    default:
      throw new TypeError('unknown header');
  }
}

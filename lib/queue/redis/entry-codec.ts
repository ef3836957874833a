import { InvalidArgumentError } from '../../errors/invalid-argument.error.js';
import { PermanentError } from '../../errors/permanent.error.js';
import type { StoredEvent } from '../../events/stored-event.js';
import type { CommandJob, EventRangeJob, Job } from '../job.js';
import type { StagedJob } from '../staged-job.js';

/**
 * Entries of lanes as the scripts see them: a header, a line feed, the payload as JSON. Scripts read headers only.
 *
 *     C\n<command job>             E\n<stored event> of a reactor job
 *     F<from> <to> <aggregateId>\n<events, or nothing when they are to be read from the log>; M… of a map
 *     D<delayMs> <maxWaitMs> <rank> <source>\n<one of the above>, which may be replaced while it waits
 *
 * @param maxBytes bound of one job
 * @throws InvalidArgumentError when the job is not JSON-safe or over the bound
 */
export function encodeEntry({ job, debounce }: StagedJob, maxInlineBytes: number, maxBytes: number): string {
  const entry = encodeJob(job, maxInlineBytes);
  // A character takes three bytes at most, and mostly one.
  if (entry.length * 3 > maxBytes && Buffer.byteLength(entry) > maxBytes) {
    throw new InvalidArgumentError('job', `must not exceed ${maxBytes} bytes as JSON`);
  }
  if (!debounce) return entry;
  const { delayMs, maxWaitMs, rank, source } = debounce;
  return `D${delayMs} ${maxWaitMs} ${rank} ${encodeURIComponent(source)}\n${entry}`;
}

/** @throws PermanentError when the entry was not made by `encodeEntry` */
export function decodeEntry(entry: string): Job {
  try {
    return decode(entry.startsWith('D') ? entry.slice(entry.indexOf('\n') + 1) : entry);
  } catch (cause) {
    throw new PermanentError(`A job in the queue cannot be read: ${entry.slice(0, 100)}`, { cause });
  }
}

function encodeJob(job: Job, maxInlineBytes: number): string {
  switch (job.kind) {
    case 'command':
      return `C\n${toJson(job)}`;
    case 'reactor':
      return `E\n${toJson(job.event)}`;
    case 'fold':
    case 'map': {
      const header = `${job.kind === 'fold' ? 'F' : 'M'}${job.from} ${job.to} ${encodeURIComponent(job.aggregateId)}\n`;
      const events = job.events && toJson(job.events);
      return events === null || events.length > maxInlineBytes ? header : header + events;
    }
  }
}

function decode(entry: string): Job {
  const end = entry.indexOf('\n');
  const payload = entry.slice(end + 1);
  switch (entry[0]) {
    case 'C':
      return JSON.parse(payload) as CommandJob;
    case 'E':
      return { kind: 'reactor', event: JSON.parse(payload) as StoredEvent };
    case 'F':
    case 'M':
      return decodeRange(entry.slice(1, end), entry[0] === 'F' ? 'fold' : 'map', payload);
    default:
      throw new TypeError('unknown header');
  }
}

function decodeRange(header: string, kind: 'fold' | 'map', payload: string): EventRangeJob {
  const [from, to, aggregateId] = header.split(' ');
  const events = payload === '' ? null : (JSON.parse(payload) as readonly StoredEvent[]);
  return { kind, aggregateId: decodeURIComponent(aggregateId!), from: Number(from), to: Number(to), events };
}

function toJson(value: unknown): string {
  try {
    return JSON.stringify(value);
  } catch (cause) {
    throw new InvalidArgumentError('job', `must be JSON (${cause instanceof Error ? cause.message : 'no text'})`);
  }
}

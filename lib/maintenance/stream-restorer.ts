import { setTimeout as sleep } from 'node:timers/promises';
import { OutageError } from '../errors/outage.error.js';
import type { EventLog } from '../event-store/event-log.js';
import type { KeyedEvent } from '../event-store/log-row.js';
import type { StreamId } from '../event-store/stream-id.js';
import { WrongExpectedSequenceError } from '../event-store/wrong-expected-sequence.error.js';
import { ImportConflictError } from './import-conflict.error.js';
import { compareStreams } from './walk-log.js';

const MAX_ATTEMPTS = 5;
const FIRST_PAUSE_MS = 200;

/** How many events were stored, and how many had been before. */
export interface Restored {
  readonly stored: number;
  readonly skipped: number;
}

/**
 * Stores the next events of a stream exactly once, however often it is called, and whatever became of earlier calls:
 * the sequence says whether an event is there, and its id whether it is this one.
 *
 * @throws ImportConflictError
 */
export async function restoreOnce(log: EventLog, stream: StreamId, events: readonly KeyedEvent[]): Promise<Restored> {
  let rest = events;
  for (let attempt = 1; ; attempt++) {
    try {
      await log.restore(stream, rest);
      return { stored: rest.length, skipped: events.length - rest.length };
    } catch (error) {
      if (error instanceof WrongExpectedSequenceError) {
        rest = await missing(log, stream, rest, error.actual);
        if (rest.length === 0) return { stored: 0, skipped: events.length };
      } else if (!(error instanceof OutageError)) {
        throw error;
      }
      if (attempt === MAX_ATTEMPTS) throw error;
      if (error instanceof OutageError) await sleep(FIRST_PAUSE_MS * 2 ** (attempt - 1));
    }
  }
}

/** Those of the events that a stream lacks which stands at `head`. */
async function missing(
  log: EventLog,
  stream: StreamId,
  events: readonly KeyedEvent[],
  head: number,
): Promise<readonly KeyedEvent[]> {
  const first = events[0]!.event.sequence;
  if (head < first) throw new ImportConflictError(stream, head + 1);
  const there = events.filter(({ event }) => event.sequence <= head);
  const { tenantId, aggregateType } = stream;
  let at = 0;
  for await (const row of log.rows({ tenantId, aggregateType, after: { ...stream, sequence: first - 1 } })) {
    const expected = there[at]?.event;
    if (expected === undefined || compareStreams(row, stream) !== 0) break;
    if (row.id !== expected.id || row.sequence !== expected.sequence) break;
    at += 1;
  }
  if (at < there.length) throw new ImportConflictError(stream, first + at);
  return events.slice(there.length);
}

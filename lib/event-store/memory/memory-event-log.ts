import type { Clock } from '../../clock/clock.js';
import type { StoredEvent } from '../../events/stored-event.js';
import { isReserved } from '../../tenancy/reserved-prefix.js';
import type { TenantId } from '../../tenancy/tenant-id.js';
import { checkOwnType } from '../check-own-type.js';
import type { EmptiedStream } from '../emptied-stream.js';
import { EventLog, type IdleStreams, type LogQuery, type LogRowsQuery, type RemovedEvents } from '../event-log.js';
import type { KeyedEvent, LogRow } from '../log-row.js';
import { keyRanges, prepareRestore } from '../restored-append.js';
import type { StreamId } from '../stream-id.js';
import type { UndispatchedList } from '../undispatched-list.js';
import { WrongExpectedSequenceError } from '../wrong-expected-sequence.error.js';
import type { MemoryLog } from './memory-log.js';
import { scanLog, streamsIn } from './scan-log.js';

/** The rows of the log in memory. Each change happens in one turn of the event loop. */
export class MemoryEventLog extends EventLog {
  constructor(
    private readonly log: MemoryLog,
    private readonly undispatched: UndispatchedList,
    private readonly clock: Clock,
    private readonly checkOpen: () => void,
  ) {
    super();
  }

  async now(): Promise<number> {
    this.checkOpen();
    return this.clock.now();
  }

  async *rows(query: LogRowsQuery): AsyncGenerator<LogRow> {
    this.checkOpen();
    for await (const events of scanLog(this.log, query)) {
      const first = events[0];
      const keys = first && keysOf(this.log.stream(first)?.appends ?? new Map<string, never>());
      for (const event of events) yield toRow(event, keys?.get(event.sequence));
    }
  }

  async *emptied(query: LogQuery): AsyncGenerator<EmptiedStream> {
    this.checkOpen();
    for (const { id, emptied } of streamsIn(this.log, query)) if (emptied.head > 0) yield { ...id, ...emptied };
  }

  async restore(stream: StreamId, events: readonly KeyedEvent[]): Promise<void> {
    this.checkOpen();
    const append = prepareRestore(stream, events);
    const head = this.log.head(append.stream);
    const first = events[0]!.event.sequence;
    if (head !== first - 1) throw new WrongExpectedSequenceError(append.stream, first - 1, head);
    const stored = events.map(({ event }) =>
      Object.freeze({ ...event, tags: Object.freeze([...event.tags]), metadata: Object.freeze({ ...event.metadata }) }),
    );
    this.log.add(append.stream, stored, keyRanges(events));
  }

  async restoreEmptied({ head, recordedAt, ...stream }: EmptiedStream): Promise<void> {
    this.checkOpen();
    const found = this.log.head(stream);
    if (found >= head) return;
    if (found > 0) throw new WrongExpectedSequenceError(stream, 0, found);
    this.log.setEmptied(stream, head, recordedAt);
  }

  async removeIdle(idle: IdleStreams): Promise<RemovedEvents> {
    this.checkOpen();
    const removed = { streams: 0, events: 0 };
    for (const stream of streamsIn(this.log, idle)) {
      const last = stream.events.at(-1);
      if (last === undefined || last.recordedAt >= idle.before || isReserved(stream.id.aggregateType)) continue;
      removed.streams += 1;
      removed.events += stream.events.length;
      this.undispatched.strike({ stream: stream.id, from: 1, to: last.sequence });
      this.log.empty(stream);
    }
    return removed;
  }

  async drop(given: string): Promise<RemovedEvents> {
    this.checkOpen();
    const streams = streamsIn(this.log, { aggregateType: checkOwnType(given) });
    const events = streams.reduce((sum, stream) => sum + stream.events.length, 0);
    for (const stream of streams) this.log.drop(stream);
    return { streams: streams.length, events };
  }

  async forget(tenantId: TenantId): Promise<RemovedEvents> {
    this.checkOpen();
    const forgotten = streamsIn(this.log, { tenantId });
    this.log.forget(tenantId);
    this.undispatched.forget(tenantId);
    return { streams: forgotten.length, events: forgotten.reduce((sum, { events }) => sum + events.length, 0) };
  }
}

/** The key of each sequence of a stream that belongs to an append with one. */
function keysOf(appends: ReadonlyMap<string, { readonly first: number; readonly last: number }>): Map<number, string> {
  const keys = new Map<number, string>();
  for (const [key, { first, last }] of appends) {
    for (let sequence = first; sequence <= last; sequence += 1) keys.set(sequence, key);
  }
  return keys;
}

function toRow(event: StoredEvent, key: string | undefined): LogRow {
  return { ...event, metadata: JSON.stringify(event.metadata), key };
}

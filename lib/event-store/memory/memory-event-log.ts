import type { StoredEvent } from '../../events/stored-event.js';
import type { TenantId } from '../../tenancy/tenant-id.js';
import type { EmptiedStream } from '../emptied-stream.js';
import { EventLog, type IdleStreams, type LogQuery, type RemovedEvents } from '../event-log.js';
import type { KeyedEvent, LogRow } from '../log-row.js';
import { keyRanges, prepareRestore } from '../restored-append.js';
import type { StreamId } from '../stream-id.js';
import { WrongExpectedSequenceError } from '../wrong-expected-sequence.error.js';
import { headOf, newMemoryStream, streamKey, type MemoryStream, type MemoryStreams } from './memory-stream.js';
import { scanLog, streamsIn } from './scan-log.js';

/** The rows of the log in memory. Each change happens in one turn of the event loop. */
export class MemoryEventLog extends EventLog {
  constructor(
    private readonly streams: MemoryStreams,
    private readonly checkOpen: () => void,
  ) {
    super();
  }

  async *rows(query: LogQuery): AsyncGenerator<LogRow> {
    this.checkOpen();
    for await (const events of scanLog(this.streams, query)) {
      for (const event of events) yield this.toRow(event);
    }
  }

  async *emptied(query: LogQuery): AsyncGenerator<EmptiedStream> {
    this.checkOpen();
    for (const { id, emptied } of streamsIn(this.streams, query)) if (emptied.head > 0) yield { ...id, ...emptied };
  }

  async restore(stream: StreamId, events: readonly KeyedEvent[]): Promise<void> {
    this.checkOpen();
    const append = prepareRestore(stream, events);
    const target = this.find(append.stream);
    const expected = events[0]!.event.sequence - 1;
    if (headOf(target) !== expected) throw new WrongExpectedSequenceError(append.stream, expected, headOf(target));
    for (const { event } of events) {
      target.events.push(Object.freeze({ ...event, metadata: Object.freeze({ ...event.metadata }) }));
    }
    for (const [key, range] of keyRanges(events)) target.appends.set(key, range);
    this.streams.set(streamKey(target.id), target);
  }

  async restoreEmptied({ head, recordedAt, ...stream }: EmptiedStream): Promise<void> {
    this.checkOpen();
    const target = this.find(stream);
    if (headOf(target) >= head) return;
    if (headOf(target) > 0) throw new WrongExpectedSequenceError(stream, 0, headOf(target));
    target.emptied = { head, recordedAt };
    this.streams.set(streamKey(target.id), target);
  }

  async removeIdle(idle: IdleStreams): Promise<RemovedEvents> {
    this.checkOpen();
    const removed = { streams: 0, events: 0 };
    for (const stream of streamsIn(this.streams, idle)) {
      const last = stream.events.at(-1);
      if (last === undefined || last.recordedAt >= idle.before) continue;
      removed.streams += 1;
      removed.events += stream.events.length;
      stream.emptied = { head: headOf(stream), recordedAt: last.recordedAt };
      stream.events.length = 0;
      stream.appends.clear();
    }
    return removed;
  }

  async forget(tenantId: TenantId): Promise<RemovedEvents> {
    this.checkOpen();
    const forgotten = streamsIn(this.streams, { tenantId });
    for (const { id } of forgotten) this.streams.delete(streamKey(id));
    return { streams: forgotten.length, events: forgotten.reduce((sum, { events }) => sum + events.length, 0) };
  }

  private toRow(event: StoredEvent): LogRow {
    const appends = this.streams.get(streamKey(event))?.appends ?? new Map<string, never>();
    const key = [...appends].find(([, { first, last }]) => event.sequence >= first && event.sequence <= last)?.[0];
    return { ...event, metadata: JSON.stringify(event.metadata), key };
  }

  private find(stream: StreamId): MemoryStream {
    return this.streams.get(streamKey(stream)) ?? newMemoryStream(stream);
  }
}

import { ClosedError } from '../../errors/closed.error.js';
import type { NewEvent } from '../../events/new-event.js';
import type { RecordedEvent } from '../../events/recorded-event.js';
import { compareText } from '../../tenancy/compare-text.js';
import type { AppendOptions } from '../append-options.js';
import type { AppendResult } from '../append-result.js';
import { checkKeys } from '../check-keys.js';
import { checkHeadsQuery, checkReadOptions } from '../check-read-options.js';
import type { CheckedHeadsQuery, CheckedReadOptions } from '../check-read-options.js';
import { checkScanQuery } from '../check-scan-query.js';
import { checkStream } from '../check-stream.js';
import { EventStore } from '../event-store.js';
import { oneByOne } from '../one-by-one.js';
import { prepareAppend } from '../prepare-append.js';
import type { PreparedAppend, PrepareTools } from '../prepare-append.js';
import type { ReadOptions } from '../read-options.js';
import type { ScanQuery } from '../scan-query.js';
import type { HeadsQuery, StreamHead } from '../stream-head.js';
import type { StreamId } from '../stream-id.js';
import { toAppendResult } from '../to-append-result.js';
import { expectedSequenceHolds } from '../expected-sequence-holds.js';
import { WrongExpectedSequenceError } from '../wrong-expected-sequence.error.js';
import { MemoryEventLog } from './memory-event-log.js';
import {
  eventsOf,
  headOf,
  newMemoryStream,
  streamKey,
  type MemoryStream,
  type MemoryStreams,
} from './memory-stream.js';
import { scanLog } from './scan-log.js';

/**
 * The log in the memory of the process. Checks and writes of one append happen in one turn of the event loop, which
 * makes it atomic and gives appends the order of their calls.
 */
export class MemoryEventStore extends EventStore {
  private readonly streams: MemoryStreams = new Map();
  private closed = false;
  /** The rows of this log, for maintenance. */
  readonly log = new MemoryEventLog(this.streams, () => this.checkOpen());

  constructor(private readonly tools: PrepareTools) {
    super();
  }

  async append(stream: StreamId, events: readonly NewEvent[], options?: AppendOptions): Promise<AppendResult> {
    this.checkOpen();
    const append = prepareAppend(stream, events, options, this.tools);
    const target = this.find(append.stream) ?? newMemoryStream(append.stream);
    const known = append.key === undefined ? undefined : this.result(target, append.key);
    if (known) return known;
    checkExpectation(append, headOf(target));
    return this.write(target, append);
  }

  async appended(stream: StreamId, keys: readonly string[]): Promise<ReadonlyMap<string, AppendResult>> {
    this.checkOpen();
    const target = this.find(checkStream(stream));
    const found = new Map<string, AppendResult>();
    for (const key of checkKeys(keys)) {
      const result = target && this.result(target, key);
      if (result) found.set(key, result);
    }
    return found;
  }

  read(stream: StreamId, options?: ReadOptions): AsyncIterable<RecordedEvent> {
    this.checkOpen();
    return this.readChecked(checkStream(stream), checkReadOptions(options));
  }

  async head(stream: StreamId): Promise<number> {
    this.checkOpen();
    const found = this.find(checkStream(stream));
    return found ? headOf(found) : 0;
  }

  heads(query: HeadsQuery): AsyncIterable<StreamHead> {
    this.checkOpen();
    return this.headsChecked(checkHeadsQuery(query));
  }

  scan(query?: ScanQuery): AsyncIterable<RecordedEvent> {
    this.checkOpen();
    return oneByOne(scanLog(this.streams, checkScanQuery(query)), (event) => this.tools.serializer.deserialize(event));
  }

  /** From now on every call is refused. */
  close(): void {
    this.closed = true;
  }

  private write(target: MemoryStream, append: PreparedAppend): AppendResult {
    const recordedAt = Math.max(this.tools.clock.now(), target.events.at(-1)?.recordedAt ?? target.emptied.recordedAt);
    const head = headOf(target);
    const stored = append.drafts.map((draft, index) =>
      Object.freeze({ ...draft, metadata: Object.freeze(draft.metadata), sequence: head + index + 1, recordedAt }),
    );
    const result = toAppendResult(target.id, stored, false, this.tools.serializer);
    for (const event of stored) target.events.push(event);
    if (append.key !== undefined) target.appends.set(append.key, { first: head + 1, last: headOf(target) });
    this.streams.set(streamKey(target.id), target);
    return result;
  }

  /** The result of the first append with this key. */
  private result(stream: MemoryStream, key: string): AppendResult | undefined {
    const range = stream.appends.get(key);
    if (!range) return undefined;
    return toAppendResult(stream.id, eventsOf(stream, range.first, range.last), true, this.tools.serializer);
  }

  private async *readChecked(stream: StreamId, options: CheckedReadOptions): AsyncGenerator<RecordedEvent> {
    const { backwards, until, types, limit = Infinity } = options;
    const found = this.find(stream);
    if (!found) return;
    const { events, emptied } = found;
    const from = Math.max(options.from - emptied.head, 1);
    const to = Math.min(options.to - emptied.head, events.length);
    let left = limit;
    for (let i = 0; i <= to - from && left > 0; i++) {
      const event = events[(backwards ? to - i : from + i) - 1]!;
      if (until !== undefined && event.recordedAt > until) continue;
      if (types && !types.includes(event.type)) continue;
      left -= 1;
      yield this.tools.serializer.deserialize(event);
    }
  }

  private async *headsChecked({ aggregateType, tenantId, types }: CheckedHeadsQuery): AsyncGenerator<StreamHead> {
    const streams = [...this.streams.values()]
      .filter(({ id }) => id.aggregateType === aggregateType && (tenantId === undefined || id.tenantId === tenantId))
      .sort((a, b) => compareText(a.id.tenantId, b.id.tenantId) || compareText(a.id.aggregateId, b.id.aggregateId));
    for (const { id, events, emptied } of streams) {
      const counted = types ? events.filter(({ type }) => types.includes(type)) : events;
      const last = counted[counted.length - 1];
      if (!last) continue;
      yield {
        tenantId: id.tenantId,
        aggregateId: id.aggregateId,
        sequence: last.sequence,
        count: counted.length,
        ...(emptied.head > 0 && { emptiedHead: emptied.head }),
      };
    }
  }

  private find(stream: StreamId): MemoryStream | undefined {
    return this.streams.get(streamKey(stream));
  }

  private checkOpen(): void {
    if (this.closed) throw new ClosedError('The event store in memory');
  }
}

function checkExpectation({ stream, expectedSequence }: PreparedAppend, actual: number): void {
  if (!expectedSequenceHolds(expectedSequence, actual)) {
    throw new WrongExpectedSequenceError(stream, expectedSequence, actual);
  }
}

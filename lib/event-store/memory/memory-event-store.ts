import { ClosedError } from '../../errors/closed.error.js';
import type { NewEvent } from '../../events/new-event.js';
import type { RecordedEvent } from '../../events/recorded-event.js';
import type { StoredEvent } from '../../events/stored-event.js';
import { compareText } from '../../tenancy/compare-text.js';
import { createTenantId } from '../../tenancy/create-tenant-id.js';
import type { TenantId } from '../../tenancy/tenant-id.js';
import { AppendConditionFailedError } from '../append-condition-failed.error.js';
import type { AppendOptions } from '../append-options.js';
import type { AppendResult } from '../append-result.js';
import type { CheckedCondition } from '../check-append-condition.js';
import { checkKeys } from '../check-keys.js';
import { checkCountQuery, checkHeadsQuery, checkReadAll, checkReadOptions } from '../check-read-options.js';
import type {
  CheckedCountQuery,
  CheckedHeadsQuery,
  CheckedReadAll,
  CheckedReadOptions,
} from '../check-read-options.js';
import { checkPlaces } from '../check-places.js';
import { checkScanQuery } from '../check-scan-query.js';
import { checkStream } from '../check-stream.js';
import { checkDispatched, checkUndispatchedQuery } from '../check-undispatched.js';
import { EventStore } from '../event-store.js';
import { oneByOne } from '../one-by-one.js';
import { expectedSequenceHolds } from '../expected-sequence-holds.js';
import { isKnownKey } from '../is-known-key.js';
import { isWithin } from '../is-within.js';
import type { LogPlace } from '../log-row.js';
import type { LogPosition } from '../log-position.js';
import { matchesQuery } from '../matches-query.js';
import type { PositionedEvent } from '../positioned-event.js';
import { prepareAppend } from '../prepare-append.js';
import type { PreparedEvents, PrepareTools } from '../prepare-append.js';
import { asAppendAll, prepareAppendAll, type PreparedAppendAll } from '../prepare-append-all.js';
import type { CountQuery, ReadAllOptions } from '../read-all-options.js';
import type { ReadOptions } from '../read-options.js';
import type { ScanQuery } from '../scan-query.js';
import type { AppendAllOptions, StreamAppend } from '../stream-append.js';
import type { HeadsQuery, StreamHead } from '../stream-head.js';
import type { StreamId } from '../stream-id.js';
import { toAppendResult } from '../to-append-result.js';
import { UndispatchedList } from '../undispatched-list.js';
import type { DispatchedRange, UndispatchedQuery, UndispatchedStream } from '../undispatched-stream.js';
import { WrongExpectedSequenceError } from '../wrong-expected-sequence.error.js';
import { MemoryEventLog } from './memory-event-log.js';
import { MemoryLog } from './memory-log.js';
import { comparePositions, parsePosition, positionBehind, toPosition } from './memory-position.js';
import { headOf } from './memory-stream.js';
import { scanLog } from './scan-log.js';

/**
 * The log in the memory of the process. Checks and writes of one append happen in one turn of the event loop, which
 * makes it atomic and gives appends the order of their calls.
 */
export class MemoryEventStore extends EventStore {
  private readonly entries = new MemoryLog();
  private readonly undispatchedStreams = new UndispatchedList();
  /** The rows of this log, for maintenance. */
  readonly log: MemoryEventLog;
  private closed = false;

  constructor(private readonly tools: PrepareTools) {
    super();
    this.log = new MemoryEventLog(this.entries, this.undispatchedStreams, tools.clock, () => this.checkOpen());
  }

  async append(stream: StreamId, events: readonly NewEvent[], options?: AppendOptions): Promise<AppendResult> {
    this.checkOpen();
    const [result] = this.write(asAppendAll(prepareAppend(stream, events, options, this.tools)));
    return result!;
  }

  async appendAll(appends: readonly StreamAppend[], options?: AppendAllOptions): Promise<readonly AppendResult[]> {
    this.checkOpen();
    return this.write(prepareAppendAll(appends, options, this.tools));
  }

  async appended(stream: StreamId, keys: readonly string[]): Promise<ReadonlyMap<string, AppendResult>> {
    this.checkOpen();
    const checked = checkStream(stream);
    const found = new Map<string, AppendResult>();
    for (const key of checkKeys(keys)) {
      const stored = this.entries.appended(checked, key);
      if (stored) found.set(key, toAppendResult(checked, stored, true, this.tools.serializer));
    }
    return found;
  }

  read(stream: StreamId, options?: ReadOptions): AsyncIterable<RecordedEvent> {
    this.checkOpen();
    return this.readChecked(checkStream(stream), checkReadOptions(options));
  }

  readEach(places: readonly LogPlace[]): AsyncIterable<RecordedEvent> {
    this.checkOpen();
    return this.readPlaces(checkPlaces(places));
  }

  readAll(options: ReadAllOptions): AsyncIterable<PositionedEvent> {
    this.checkOpen();
    const { after, before, ...checked } = checkReadAll(options);
    const from = after === undefined ? 0 : parsePosition('options.after', after).upTo;
    const to = before === undefined ? Number.POSITIVE_INFINITY : parsePosition('options.before', before).before;
    return this.readAllChecked(checked, from, to);
  }

  async position(tenantId: TenantId): Promise<LogPosition> {
    this.checkOpen();
    return positionBehind(this.entries.tenant(createTenantId(tenantId)).length);
  }

  comparePositions(one: LogPosition, other: LogPosition): number {
    return comparePositions(one, other);
  }

  async count(query: CountQuery): Promise<number> {
    this.checkOpen();
    const checked = checkCountQuery(query);
    return this.entries.tenant(checked.tenantId).filter((event) => event && isMeant(checked, event)).length;
  }

  async head(stream: StreamId): Promise<number> {
    this.checkOpen();
    return this.entries.head(checkStream(stream));
  }

  heads(query: HeadsQuery): AsyncIterable<StreamHead> {
    this.checkOpen();
    return this.headsChecked(checkHeadsQuery(query));
  }

  scan(query?: ScanQuery): AsyncIterable<RecordedEvent> {
    this.checkOpen();
    return oneByOne(scanLog(this.entries, checkScanQuery(query)), (event) => this.tools.serializer.deserialize(event));
  }

  async undispatched(query: UndispatchedQuery): Promise<readonly UndispatchedStream[]> {
    this.checkOpen();
    return this.undispatchedStreams.find(checkUndispatchedQuery(query), this.tools.clock.now());
  }

  async dispatched(ranges: readonly DispatchedRange[]): Promise<void> {
    this.checkOpen();
    for (const range of checkDispatched(ranges)) this.undispatchedStreams.strike(range);
  }

  async undispatchedLife(): Promise<string> {
    this.checkOpen();
    return this.undispatchedStreams.life;
  }

  /** From now on every call is refused. */
  close(): void {
    this.closed = true;
  }

  private write({ parts, key, condition }: PreparedAppendAll): readonly AppendResult[] {
    const { serializer, clock } = this.tools;
    const after = condition?.after === undefined ? 0 : parsePosition('options.condition.after', condition.after).upTo;
    const known = key === undefined ? [] : parts.map(({ stream }) => this.entries.appended(stream, key));
    if (isKnownKey(known.filter((stored) => stored).length, parts.length)) {
      return parts.map(({ stream }, index) => toAppendResult(stream, known[index]!, true, serializer));
    }
    for (const part of parts) checkExpectation(part, this.entries.head(part.stream));
    if (condition) this.checkCondition(parts[0]!.stream.tenantId, condition, after);
    const now = clock.now();
    const results = parts.map((part) => toAppendResult(part.stream, this.place(part, now), false, serializer));
    for (const { stream, stored, firstSequence: first, lastSequence: last } of results) {
      this.entries.add(stream, stored, new Map(key === undefined ? [] : [[key, { first, last }]]));
      this.undispatchedStreams.note(stream, first, last, now);
    }
    return results;
  }

  /** The events of a part in their place, at a time that does not fall within their stream. */
  private place({ stream, drafts }: PreparedEvents, now: number): readonly StoredEvent[] {
    const found = this.entries.stream(stream);
    const head = found ? headOf(found) : 0;
    const recordedAt = Math.max(now, found?.events.at(-1)?.recordedAt ?? found?.emptied.recordedAt ?? 0);
    return drafts.map((draft, index) =>
      Object.freeze({ ...draft, metadata: Object.freeze(draft.metadata), sequence: head + index + 1, recordedAt }),
    );
  }

  private checkCondition(tenantId: TenantId, { query, given }: CheckedCondition, after: number): void {
    const events = this.entries.tenant(tenantId);
    for (let n = events.length; n > after; n -= 1) {
      const event = events[n - 1];
      if (event && matchesQuery(query, event)) throw new AppendConditionFailedError(given, toPosition(n));
    }
  }

  private async *readChecked(stream: StreamId, options: CheckedReadOptions): AsyncGenerator<RecordedEvent> {
    const { backwards, types, limit = Infinity } = options;
    const found = this.entries.stream(stream);
    if (!found) return;
    const { events, emptied } = found;
    const from = Math.max(options.from - emptied.head, 1);
    const to = Math.min(options.to - emptied.head, events.length);
    let left = limit;
    for (let i = 0; i <= to - from && left > 0; i++) {
      const event = events[(backwards ? to - i : from + i) - 1]!;
      if (!isWithin(options, event.recordedAt)) continue;
      if (types && !types.includes(event.type)) continue;
      left -= 1;
      yield this.tools.serializer.deserialize(event);
    }
  }

  private async *readPlaces(places: readonly LogPlace[]): AsyncGenerator<RecordedEvent> {
    for (const { sequence, ...stream } of places) {
      const [event] = this.entries.events(stream, sequence, sequence);
      if (event) yield this.tools.serializer.deserialize(event);
    }
  }

  /** The events after the `after`-th, up to the `to`-th. */
  private async *readAllChecked(
    { limit = Infinity, backwards, ...wanted }: Omit<CheckedReadAll, 'after' | 'before'>,
    after: number,
    to: number,
  ): AsyncGenerator<PositionedEvent> {
    const events = this.entries.tenant(wanted.tenantId);
    const last = Math.min(to, events.length);
    let left = limit;
    for (let i = 0; i < last - after && left > 0; i++) {
      const n = backwards ? last - i : after + i + 1;
      const event = events[n - 1];
      if (!event || !isMeant(wanted, event)) continue;
      left -= 1;
      yield { ...this.tools.serializer.deserialize(event), position: toPosition(n) };
    }
  }

  private async *headsChecked({ aggregateType, tenantId, types }: CheckedHeadsQuery): AsyncGenerator<StreamHead> {
    const streams = [...this.entries.streams()]
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

  private checkOpen(): void {
    if (this.closed) throw new ClosedError('The event store in memory');
  }
}

function isMeant(wanted: CheckedCountQuery, event: StoredEvent): boolean {
  return isWithin(wanted, event.recordedAt) && matchesQuery(wanted.query, event);
}

function checkExpectation({ stream, expectedSequence }: PreparedEvents, actual: number): void {
  if (!expectedSequenceHolds(expectedSequence, actual)) {
    throw new WrongExpectedSequenceError(stream, expectedSequence, actual);
  }
}

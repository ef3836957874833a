import type { TenantId } from '../tenancy/tenant-id.js';
import type { NewEvent } from '../events/new-event.js';
import type { RecordedEvent } from '../events/recorded-event.js';
import type { AppendOptions } from './append-options.js';
import type { AppendResult } from './append-result.js';
import type { LogPlace } from './log-row.js';
import type { LogPosition } from './log-position.js';
import type { PositionedEvent } from './positioned-event.js';
import type { CountQuery, ReadAllOptions } from './read-all-options.js';
import type { ReadOptions } from './read-options.js';
import type { ScanQuery } from './scan-query.js';
import type { AppendAllOptions, StreamAppend } from './stream-append.js';
import type { HeadsQuery, StreamHead } from './stream-head.js';
import type { StreamId } from './stream-id.js';
import type { DispatchedRange, UndispatchedQuery, UndispatchedStream } from './undispatched-stream.js';

/**
 * The log: the one truth from which everything else is derived. Injectable; adapters stand beside this file.
 *
 * Every call refuses a missing or malformed tenant with `InvalidTenantError`, and other bad arguments with
 * `InvalidArgumentError`.
 *
 * Not in this port: dispatching to projections. Inject `EventStore` and it is done for you; see `runtime/`.
 *
 * @publicApi
 */
export abstract class EventStore {
  /**
   * Appends all events or none, with sequences that follow the stream's head without a hole. Appends to one stream
   * take effect in the order of their calls in one process.
   *
   * @throws WrongExpectedSequenceError when the stream is not as expected
   * @throws AppendConditionFailedError when an event matches the condition
   * @throws UnsupportedError when there is a condition, on ClickHouse
   * @throws InvalidEventError when an event is not of a `@DomainEvent` class or fails its validation
   * @throws StoreUnavailableError when the store could not be reached; nothing was stored
   * @throws AppendOutcomeUnknownError when it may or may not have been stored; repeat with the same key
   */
  abstract append(stream: StreamId, events: readonly NewEvent[], options?: AppendOptions): Promise<AppendResult>;

  /**
   * Appends to several streams of one tenant: all events or none. Of the condition, the key and the errors holds what
   * `append` says. Streams may be given in any order, and each once.
   *
   * @returns the result of each stream, in the order given
   * @throws UnsupportedError on ClickHouse
   */
  abstract appendAll(appends: readonly StreamAppend[], options?: AppendAllOptions): Promise<readonly AppendResult[]>;

  /**
   * Which of the keys this stream knows, each with the result of its append. Answered only when the outcome of earlier
   * appends of this process to the stream is known.
   */
  abstract appended(stream: StreamId, keys: readonly string[]): Promise<ReadonlyMap<string, AppendResult>>;

  /**
   * The events of one stream in the order of their sequences, in bounded memory. A loop over them holds no connection
   * while it is busy, so that it may read others.
   *
   * @throws UndecodableEventError at a row that is not an event
   */
  abstract read(stream: StreamId, options?: ReadOptions): AsyncIterable<RecordedEvent>;

  /**
   * The events that stand at these places, each once, in the order of the places; those that are not there are left
   * out. At most 10,000 places, in few statements and bounded memory.
   *
   * @throws UndecodableEventError at a row that is not an event, after those in front of it
   */
  abstract readEach(places: readonly LogPlace[]): AsyncIterable<RecordedEvent>;

  /**
   * The events of one tenant that match a query, in one order that never changes, in bounded memory: a later read
   * begins with whatever was not yet there, and misses nothing. It ends where the log stood when it began. The order
   * keeps that of every stream.
   *
   * On ClickHouse the order is that of recorded times, and what is younger than `settleMs` is not there yet.
   *
   * @throws UndecodableEventError at a row that is not an event
   */
  abstract readAll(options: ReadAllOptions): AsyncIterable<PositionedEvent>;

  /**
   * Where the log of a tenant stands now: `readAll` after this position gives what it would not have given yet.
   */
  abstract position(tenantId: TenantId): Promise<LogPosition>;

  /**
   * Below 0 when the first position stands before the second, above 0 when it stands behind it, 0 when they are the same.
   *
   * @throws InvalidArgumentError for a position of another store
   */
  abstract comparePositions(one: LogPosition, other: LogPosition): number;

  /** How many events of a tenant match a query: as many as `readAll` would give. */
  abstract count(query: CountQuery): Promise<number>;

  /** Whether a stream has, or ever had, an event. */
  async exists(stream: StreamId): Promise<boolean> {
    return (await this.head(stream)) > 0;
  }

  /** The last sequence of a stream; 0 when it has no events. */
  abstract head(stream: StreamId): Promise<number>;

  /** Every stream with events that count, ordered by tenant and aggregate id as UTF-8 bytes, in bounded memory. */
  abstract heads(query: HeadsQuery): AsyncIterable<StreamHead>;

  /**
   * Every event, stream by stream: ordered by tenant, aggregate type and aggregate id as UTF-8 bytes, then by sequence,
   * in bounded memory. The fast way through the whole log. An event that is appended meanwhile comes when its stream
   * has not been passed yet.
   *
   * @throws UndecodableEventError at a row that is not an event
   */
  abstract scan(query?: ScanQuery): AsyncIterable<RecordedEvent>;

  /**
   * The streams, of all tenants, with events that were appended and of which `dispatched` has not been told: what a
   * process that died between its append and its dispatch leaves behind. The append itself notes them.
   */
  abstract undispatched(query: UndispatchedQuery): Promise<readonly UndispatchedStream[]>;

  /**
   * Strikes what was dispatched off that list. Only a range at an end of what is noted shortens it, so an event stays
   * until it, too, was dispatched; at worst one is noted that was.
   */
  abstract dispatched(ranges: readonly DispatchedRange[]): Promise<void>;

  /**
   * Names one life of that list. Another name than before says that the list may have lost what stood in it; what was
   * appended under the old name is then in the log when this resolves, or never will be. It asks no more than the place
   * where the list is.
   *
   * @throws StoreUnavailableError
   */
  abstract undispatchedLife(): Promise<string>;
}

import type { NewEvent } from '../events/new-event.js';
import type { RecordedEvent } from '../events/recorded-event.js';
import type { AppendOptions } from './append-options.js';
import type { AppendResult } from './append-result.js';
import type { ReadOptions } from './read-options.js';
import type { ScanQuery } from './scan-query.js';
import type { HeadsQuery, StreamHead } from './stream-head.js';
import type { StreamId } from './stream-id.js';

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
   * @throws InvalidEventError when an event is not of a `@DomainEvent` class or fails its validation
   * @throws StoreUnavailableError when the store could not be reached; nothing was stored
   * @throws AppendOutcomeUnknownError when it may or may not have been stored; repeat with the same key
   */
  abstract append(stream: StreamId, events: readonly NewEvent[], options?: AppendOptions): Promise<AppendResult>;

  /**
   * Which of the keys this stream knows, each with the result of its append. Answered only when the outcome of earlier
   * appends of this process to the stream is known.
   */
  abstract appended(stream: StreamId, keys: readonly string[]): Promise<ReadonlyMap<string, AppendResult>>;

  /**
   * The events of one stream in the order of their sequences, in bounded memory.
   *
   * @throws UndecodableEventError at a row that is not an event
   */
  abstract read(stream: StreamId, options?: ReadOptions): AsyncIterable<RecordedEvent>;

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
}

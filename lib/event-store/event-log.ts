import type { TenantId } from '../tenancy/tenant-id.js';
import type { EmptiedStream } from './emptied-stream.js';
import type { KeyedEvent, LogPlace, LogRow } from './log-row.js';
import type { StreamId } from './stream-id.js';

/** Which rows of the log are meant; without anything, all of them. */
export interface LogQuery {
  readonly tenantId?: TenantId;
  readonly aggregateType?: string;
  /** Only rows behind this place. */
  readonly after?: LogPlace;
}

/** Which rows are read one after the other. */
export interface LogRowsQuery extends LogQuery {
  /** Only events of these types; the keys of their rows may be missing then. @default all */
  readonly types?: readonly string[];
}

/** Which streams retention removes: those of a tenant whose last event was recorded before a time. */
export interface IdleStreams {
  readonly tenantId: TenantId;
  readonly aggregateType?: string;
  /** Milliseconds since the epoch, at least a day ago. */
  readonly before: number;
}

/** How much of the log went. */
export interface RemovedEvents {
  readonly streams: number;
  readonly events: number;
}

/**
 * The log as rows, for maintenance only: beside `EventStore`, so that nobody who injects that can remove anything.
 *
 * @publicApi
 */
export abstract class EventLog {
  /** The time that an event would be recorded at now, in milliseconds since the epoch: not that of this process. */
  abstract now(): Promise<number>;

  /**
   * Every row, ordered by tenant, aggregate type and aggregate id as UTF-8 bytes, then by sequence, in bounded memory.
   * Never throws at a row that is broken. The fast way through the log for who must bear one.
   */
  abstract rows(query: LogRowsQuery): AsyncIterable<LogRow>;

  /** The streams that retention has emptied, also those that have new events since, in the order of `rows`. */
  abstract emptied(query: LogQuery): AsyncIterable<EmptiedStream>;

  /**
   * Stores events as they are, with their sequences, times and keys, all or none; the first one must be the next of its
   * stream.
   *
   * @throws WrongExpectedSequenceError, StoreUnavailableError, AppendOutcomeUnknownError
   */
  abstract restore(stream: StreamId, events: readonly KeyedEvent[]): Promise<void>;

  /**
   * Says of a stream without events that it has been emptied; nothing changes where it is past that already.
   *
   * @throws WrongExpectedSequenceError when it has some, but fewer, events
   */
  abstract restoreEmptied(stream: EmptiedStream): Promise<void>;

  /**
   * Removes whole streams, and keeps their heads. A stream that gets an event meanwhile stays, or goes on behind the
   * events that went. May be called again after any failure.
   */
  abstract removeIdle(streams: IdleStreams): Promise<RemovedEvents>;

  /** Removes every event and every head of a tenant, which must be quiet. May be called again after any failure. */
  abstract forget(tenantId: TenantId): Promise<RemovedEvents>;

  /**
   * Removes every event and every head of the streams of one aggregate type of our own, of all tenants. Nobody may append
   * to them any more. May be called again after any failure.
   *
   * @throws InvalidArgumentError when the type does not begin with `$`
   */
  abstract drop(aggregateType: string): Promise<RemovedEvents>;
}

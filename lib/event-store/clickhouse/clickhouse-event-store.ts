import type { ClickHouseConnection } from '../../clickhouse/clickhouse-connection.js';
import type { ServerClock } from '../../clickhouse/server-clock.js';
import { ClosedError } from '../../errors/closed.error.js';
import type { NewEvent } from '../../events/new-event.js';
import type { RecordedEvent } from '../../events/recorded-event.js';
import { UnsupportedError } from '../../errors/unsupported.error.js';
import { createTenantId } from '../../tenancy/create-tenant-id.js';
import type { RedisConnection } from '../../redis/redis-connection.js';
import { RedisUnreachableError } from '../../redis/redis-unreachable.error.js';
import type { TenantId } from '../../tenancy/tenant-id.js';
import type { AppendOptions } from '../append-options.js';
import { asStoreUnavailable } from '../as-store-unavailable.js';
import type { AppendResult } from '../append-result.js';
import { checkKeys } from '../check-keys.js';
import { checkPlaces } from '../check-places.js';
import { checkScanQuery } from '../check-scan-query.js';
import { checkCountQuery, checkHeadsQuery, checkReadAll, checkReadOptions } from '../check-read-options.js';
import { checkStream } from '../check-stream.js';
import { checkDispatched, checkUndispatchedQuery } from '../check-undispatched.js';
import { EventStore } from '../event-store.js';
import { toStoredEvent } from '../log-row.js';
import { oneByOne } from '../one-by-one.js';
import type { LogPlace } from '../log-row.js';
import type { LogPosition } from '../log-position.js';
import type { PositionedEvent } from '../positioned-event.js';
import { prepareAppend, type PrepareTools } from '../prepare-append.js';
import { prepareAppendAll } from '../prepare-append-all.js';
import type { CountQuery, ReadAllOptions } from '../read-all-options.js';
import type { ReadOptions } from '../read-options.js';
import type { ScanQuery } from '../scan-query.js';
import { StoreUnavailableError } from '../store-unavailable.error.js';
import type { AppendAllOptions, StreamAppend } from '../stream-append.js';
import type { HeadsQuery, StreamHead } from '../stream-head.js';
import type { StreamId } from '../stream-id.js';
import { toAppendResult } from '../to-append-result.js';
import type { DispatchedRange, UndispatchedQuery, UndispatchedStream } from '../undispatched-stream.js';
import type { AppendStats } from './append-stats.js';
import { withEmptied } from '../with-emptied.js';
import { AppendWriter } from './append-writer.js';
import type { Arbiter } from './arbiter.js';
import { ClickHouseEventLog } from './clickhouse-event-log.js';
import { resolveOptions, type ClickHouseEventStoreOptions } from './clickhouse-event-store-options.js';
import { comparePositions } from './clickhouse-position.js';
import { deduplicationSettings } from './deduplication-settings.js';
import { EventReader } from './event-reader.js';
import { LocalArbiter } from './local-arbiter.js';
import { KeyLookups } from './key-lookups.js';
import { LogReader } from './log-reader.js';
import { RedisArbiter } from './redis-arbiter/redis-arbiter.js';
import { scanLog } from './scan-log.js';
import { streamKey } from './stream-key.js';
import { StreamReader } from './stream-reader.js';
import { unreadable } from './unreadable.js';

/** What the store is opened with. The connections stay the caller's to close, after the store. */
export interface ClickHouseEventStoreTools extends PrepareTools {
  readonly connection: ClickHouseConnection;
  readonly serverClock: ServerClock;
  /** Where the arbiter of all processes is. Without it this process is the only one that appends. */
  readonly redis?: RedisConnection;
}

/**
 * The log in ClickHouse, written by `AppendWriter` under an arbiter: in this process, or in Redis for any number of them.
 * Reads go to the log itself.
 */
export class ClickHouseEventStore extends EventStore {
  /** The rows of this log, for maintenance. */
  readonly log: ClickHouseEventLog;
  private readonly reader: EventReader;
  private readonly lookups: KeyLookups;
  private closing?: Promise<void>;

  private constructor(
    private readonly tools: ClickHouseEventStoreTools,
    streams: StreamReader,
    private readonly logReader: LogReader,
    private readonly writer: AppendWriter,
    private readonly arbiter: Arbiter,
    readonly stats: Readonly<AppendStats>,
  ) {
    super();
    this.reader = new EventReader(tools.connection, tools.serializer);
    this.log = new ClickHouseEventLog(tools.connection, streams, writer, arbiter, tools.serverClock);
    this.lookups = new KeyLookups(streams, () => tools.serverClock.now());
  }

  /**
   * Gets ready to append. The tables must be there (`EVENT_STORE_MIGRATIONS`).
   *
   * @throws WriterLeaseHeldError when, without Redis, another process is the writer and stays it
   * @throws StoreUnavailableError when the arbiter in Redis cannot begin
   * @throws InvalidArgumentError for options outside their range
   */
  static async open(
    tools: ClickHouseEventStoreTools,
    options: ClickHouseEventStoreOptions = {},
  ): Promise<ClickHouseEventStore> {
    const resolved = resolveOptions(options);
    const { connection, serverClock, serializer, redis } = tools;
    await serverClock.fresh();
    const reader = new StreamReader(connection, resolved.maxKeysPerStream);
    const log = new LogReader(connection, serializer, resolved.settleMs);
    const stats: AppendStats = { appends: 0, events: 0, batches: 0, inserts: 0, loads: 0 };
    const deduplication = await deduplicationSettings(connection);
    const writerTools = { connection, serverClock, reader, serializer, options: resolved, deduplication, stats };
    const arbiter: Arbiter = redis ? await RedisArbiter.open(writerTools, redis) : await LocalArbiter.open(writerTools);
    const writer = new AppendWriter(writerTools, arbiter);
    return new ClickHouseEventStore(tools, reader, log, writer, arbiter, stats);
  }

  /** Why appends are refused, or undefined while they are not: `WriterFencedError` or `ClosedError`. */
  get problem(): Error | undefined {
    return this.writer.problem;
  }

  /** @throws WriterFencedError when another process has taken over as the writer */
  append(stream: StreamId, events: readonly NewEvent[], options?: AppendOptions): Promise<AppendResult> {
    // What it throws in here rejects.
    return new Promise<AppendResult>((resolve, reject) => {
      const append = prepareAppend(stream, events, options, this.tools);
      if (append.condition) throw unsupported('A condition of an append', 'Expect a sequence of its stream');
      const since = performance.now();
      this.writer.submit({ kind: 'append', stream: append.stream, append, since, resolve, reject });
    });
  }

  async appendAll(appends: readonly StreamAppend[], options?: AppendAllOptions): Promise<readonly AppendResult[]> {
    prepareAppendAll(appends, options, this.tools);
    throw unsupported('appendAll', 'Append to one stream at a time');
  }

  async appended(stream: StreamId, keys: readonly string[]): Promise<ReadonlyMap<string, AppendResult>> {
    const checked = checkStream(stream);
    const wanted = checkKeys(keys);
    if (wanted.length === 0) return new Map();
    const candidates = await new Promise<readonly string[]>((resolve, reject) => {
      this.writer.submit({ kind: 'lookup', stream: checked, keys: wanted, since: performance.now(), resolve, reject });
    });
    if (candidates.length === 0) return new Map();
    const found = await this.lookups
      .find(candidates.map((key) => ({ stream: checked, key })))
      .catch((error: unknown) => {
        throw unreadable(error);
      });
    const results = new Map<string, AppendResult>();
    for (const key of candidates) {
      const stored = found.get(streamKey(checked))?.get(key);
      if (stored) results.set(key, toAppendResult(checked, stored, true, this.tools.serializer));
    }
    return results;
  }

  read(stream: StreamId, options?: ReadOptions): AsyncIterable<RecordedEvent> {
    this.checkOpen();
    return this.reader.read(checkStream(stream), checkReadOptions(options));
  }

  readEach(places: readonly LogPlace[]): AsyncIterable<RecordedEvent> {
    this.checkOpen();
    return this.reader.readEach(checkPlaces(places));
  }

  readAll(options: ReadAllOptions): AsyncIterable<PositionedEvent> {
    this.checkOpen();
    return this.logReader.readAll(checkReadAll(options));
  }

  async position(tenantId: TenantId): Promise<LogPosition> {
    this.checkOpen();
    createTenantId(tenantId);
    return this.logReader.position();
  }

  comparePositions(one: LogPosition, other: LogPosition): number {
    return comparePositions(one, other);
  }

  async count(query: CountQuery): Promise<number> {
    this.checkOpen();
    return this.logReader.count(checkCountQuery(query));
  }

  async head(stream: StreamId): Promise<number> {
    this.checkOpen();
    return this.reader.head(checkStream(stream));
  }

  heads(query: HeadsQuery): AsyncIterable<StreamHead> {
    this.checkOpen();
    const checked = checkHeadsQuery(query);
    return withEmptied(this.reader.heads(checked), this.log.emptied(checked));
  }

  scan(query?: ScanQuery): AsyncIterable<RecordedEvent> {
    this.checkOpen();
    const { serializer, connection } = this.tools;
    return oneByOne(scanLog(connection, checkScanQuery(query)), (row) => serializer.deserialize(toStoredEvent(row)));
  }

  async undispatched(query: UndispatchedQuery): Promise<readonly UndispatchedStream[]> {
    this.checkOpen();
    return this.asked(() => this.arbiter.undispatched.find(checkUndispatchedQuery(query)));
  }

  async dispatched(ranges: readonly DispatchedRange[]): Promise<void> {
    this.checkOpen();
    const checked = checkDispatched(ranges);
    await this.asked(() => this.arbiter.undispatched.strike(checked));
  }

  async undispatchedLife(): Promise<string> {
    this.checkOpen();
    return this.asked(() => this.arbiter.undispatched.life());
  }

  /**
   * Accepts nothing more, stores what it has accepted, within `closeTimeoutMs`, and gives the lease back. Close the
   * connection after it.
   */
  close(): Promise<void> {
    this.closing ??= this.writer.close();
    return this.closing;
  }

  private async asked<T>(ask: () => Promise<T>): Promise<T> {
    try {
      return await ask();
    } catch (cause) {
      const what = 'The arbiter could not be asked';
      // To callers Redis is a part of the store.
      if (cause instanceof RedisUnreachableError) throw new StoreUnavailableError(what, { cause });
      throw asStoreUnavailable(what, cause);
    }
  }

  private checkOpen(): void {
    if (this.closing) throw new ClosedError('The ClickHouse event store');
  }
}

function unsupported(feature: string, instead: string): UnsupportedError {
  return new UnsupportedError(feature, 'ClickHouse', `${instead}, or keep the log in PostgreSQL.`);
}

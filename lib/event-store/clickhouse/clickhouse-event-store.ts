import type { ClickHouseConnection } from '../../clickhouse/clickhouse-connection.js';
import type { ServerClock } from '../../clickhouse/server-clock.js';
import { ClosedError } from '../../errors/closed.error.js';
import type { EventSourcingError } from '../../errors/event-sourcing.error.js';
import type { NewEvent } from '../../events/new-event.js';
import type { RecordedEvent } from '../../events/recorded-event.js';
import type { RedisConnection } from '../../redis/redis-connection.js';
import type { TenantId } from '../../tenancy/tenant-id.js';
import type { AppendOptions } from '../append-options.js';
import { asStoreUnavailable } from '../as-store-unavailable.js';
import type { AppendResult } from '../append-result.js';
import { checkKeys } from '../check-keys.js';
import { checkHeadsQuery, checkReadOptions } from '../check-read-options.js';
import { checkStream } from '../check-stream.js';
import { EventStore } from '../event-store.js';
import { prepareAppend, type PrepareTools } from '../prepare-append.js';
import type { ReadOptions } from '../read-options.js';
import type { HeadsQuery, StreamHead } from '../stream-head.js';
import type { StreamId } from '../stream-id.js';
import { toAppendResult } from '../to-append-result.js';
import type { AppendStats } from './append-stats.js';
import { AppendWriter } from './append-writer.js';
import type { Arbiter } from './arbiter.js';
import { resolveOptions, type ClickHouseEventStoreOptions } from './clickhouse-event-store-options.js';
import { deduplicationSettings } from './deduplication-settings.js';
import { fromRow, type EventRow } from './event-row.js';
import { LocalArbiter } from './local-arbiter.js';
import { RedisArbiter } from './redis-arbiter/redis-arbiter.js';
import { READ_HEAD } from './sql/read-head.js';
import { readHeads } from './sql/read-heads.js';
import { readStream } from './sql/read-stream.js';
import type { Statement } from './sql/statement.js';
import { streamKey } from './stream-key.js';
import { StreamReader } from './stream-reader.js';
import type { UndispatchedList } from './undispatched-list.js';

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
  private closing?: Promise<void>;

  private constructor(
    private readonly tools: ClickHouseEventStoreTools,
    private readonly reader: StreamReader,
    private readonly writer: AppendWriter,
    /** Streams with events that nobody has said to be dispatched. */
    readonly undispatchedStreams: UndispatchedList,
    readonly stats: Readonly<AppendStats>,
  ) {
    super();
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
    const stats: AppendStats = { appends: 0, events: 0, batches: 0, inserts: 0, loads: 0 };
    const deduplication = await deduplicationSettings(connection);
    const writerTools = { connection, serverClock, reader, serializer, options: resolved, deduplication, stats };
    const arbiter: Arbiter = redis ? await RedisArbiter.open(writerTools, redis) : await LocalArbiter.open(writerTools);
    const writer = new AppendWriter(writerTools, arbiter);
    return new ClickHouseEventStore(tools, reader, writer, arbiter.undispatched, stats);
  }

  /** Why appends are refused, or undefined while they are not: `WriterFencedError` or `ClosedError`. */
  get problem(): Error | undefined {
    return this.writer.problem;
  }

  /** @throws WriterFencedError when another process has taken over as the writer */
  async append(stream: StreamId, events: readonly NewEvent[], options?: AppendOptions): Promise<AppendResult> {
    const append = prepareAppend(stream, events, options, this.tools);
    return new Promise((resolve, reject) => {
      const since = performance.now();
      this.writer.submit({ kind: 'append', stream: append.stream, append, since, resolve, reject });
    });
  }

  async appended(stream: StreamId, keys: readonly string[]): Promise<ReadonlyMap<string, AppendResult>> {
    const checked = checkStream(stream);
    const wanted = checkKeys(keys);
    if (wanted.length === 0) return new Map();
    const candidates = await new Promise<readonly string[]>((resolve, reject) => {
      this.writer.submit({ kind: 'lookup', stream: checked, keys: wanted, since: performance.now(), resolve, reject });
    });
    if (candidates.length === 0) return new Map();
    const found = await this.reader.appended(candidates.map((key) => ({ stream: checked, key }))).catch((error) => {
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
    return this.readEvents(readStream(checkStream(stream), checkReadOptions(options)));
  }

  async head(stream: StreamId): Promise<number> {
    this.checkOpen();
    const params = { ...checkStream(stream) };
    try {
      const [row] = await this.tools.connection.query<{ head: string }>(READ_HEAD, params);
      return Number(row!.head);
    } catch (error) {
      throw unreadable(error);
    }
  }

  heads(query: HeadsQuery): AsyncIterable<StreamHead> {
    this.checkOpen();
    return this.readStreamHeads(readHeads(checkHeadsQuery(query)));
  }

  /**
   * Accepts nothing more, stores what it has accepted, within `closeTimeoutMs`, and gives the lease back. Close the
   * connection after it.
   */
  close(): Promise<void> {
    this.closing ??= this.writer.close();
    return this.closing;
  }

  private async *readEvents(statement: Statement): AsyncGenerator<RecordedEvent> {
    for await (const row of this.stream<EventRow>(statement)) {
      yield this.tools.serializer.deserialize(fromRow(row));
    }
  }

  private async *readStreamHeads(statement: Statement): AsyncGenerator<StreamHead> {
    type Row = { tenant_id: string; aggregate_id: string; head: string; events_counted: string };
    for await (const row of this.stream<Row>(statement)) {
      yield {
        tenantId: row.tenant_id as TenantId,
        aggregateId: row.aggregate_id,
        sequence: Number(row.head),
        count: Number(row.events_counted),
      };
    }
  }

  private async *stream<Row>({ sql, params, settings }: Statement): AsyncGenerator<Row> {
    try {
      yield* this.tools.connection.stream<Row>(sql, params, settings);
    } catch (error) {
      throw unreadable(error);
    }
  }

  private checkOpen(): void {
    if (this.closing) throw new ClosedError('The ClickHouse event store');
  }
}

function unreadable(error: unknown): EventSourcingError {
  return asStoreUnavailable('The log could not be read from ClickHouse', error);
}

import type { ClickHouseConnection } from '../../clickhouse/clickhouse-connection.js';
import type { ServerClock } from '../../clickhouse/server-clock.js';
import { ClosedError } from '../../errors/closed.error.js';
import type { EventSourcingError } from '../../errors/event-sourcing.error.js';
import type { NewEvent } from '../../events/new-event.js';
import type { RecordedEvent } from '../../events/recorded-event.js';
import type { TenantId } from '../../tenancy/tenant-id.js';
import type { AppendOptions } from '../append-options.js';
import { asStoreUnavailable } from '../as-store-unavailable.js';
import type { AppendResult } from '../append-result.js';
import { checkKeys } from '../check-keys.js';
import { checkHeadsQuery, checkReadOptions } from '../check-read-options.js';
import { checkScanQuery } from '../check-scan-query.js';
import { checkStream } from '../check-stream.js';
import { EventStore } from '../event-store.js';
import { toStoredEvent } from '../log-row.js';
import { oneByOne } from '../one-by-one.js';
import { prepareAppend, type PrepareTools } from '../prepare-append.js';
import type { ReadOptions } from '../read-options.js';
import type { ScanQuery } from '../scan-query.js';
import type { HeadsQuery, StreamHead } from '../stream-head.js';
import type { StreamId } from '../stream-id.js';
import { toAppendResult } from '../to-append-result.js';
import type { AppendStats } from './append-stats.js';
import { withEmptied } from '../with-emptied.js';
import { AppendWriter } from './append-writer.js';
import { readEpoch } from './arbiter-epoch.js';
import { ClickHouseEventLog } from './clickhouse-event-log.js';
import { resolveOptions, type ClickHouseEventStoreOptions } from './clickhouse-event-store-options.js';
import { deduplicationSettings } from './deduplication-settings.js';
import { fromRow, type EventRow } from './event-row.js';
import { openWriter } from './open-writer.js';
import { scanLog } from './scan-log.js';
import { READ_HEAD } from './sql/read-head.js';
import { readHeads } from './sql/read-heads.js';
import { readStream } from './sql/read-stream.js';
import type { Statement } from './sql/statement.js';
import { streamKey } from './stream-key.js';
import { StreamReader } from './stream-reader.js';
import type { WriterLease } from './writer-lease.js';

/** What the store is opened with. The connection stays the caller's to close, after the store. */
export interface ClickHouseEventStoreTools extends PrepareTools {
  readonly connection: ClickHouseConnection;
  readonly serverClock: ServerClock;
}

/**
 * The log in ClickHouse, written by one process at a time: see `AppendWriter`. Reads go to the log itself.
 */
export class ClickHouseEventStore extends EventStore {
  /** The rows of this log, for maintenance. */
  readonly log: ClickHouseEventLog;
  private closing?: Promise<void>;

  private constructor(
    private readonly tools: ClickHouseEventStoreTools,
    private readonly reader: StreamReader,
    private readonly writer: AppendWriter,
    private readonly lease: WriterLease | undefined,
    readonly stats: Readonly<AppendStats>,
  ) {
    super();
    this.log = new ClickHouseEventLog(tools.connection, writer);
  }

  /**
   * Becomes the writer of the log. The tables must be there (`EVENT_STORE_MIGRATIONS`).
   *
   * @throws WriterLeaseHeldError when another process is the writer and stays it
   * @throws InvalidArgumentError for options outside their range
   */
  static async open(
    tools: ClickHouseEventStoreTools,
    options: ClickHouseEventStoreOptions = {},
  ): Promise<ClickHouseEventStore> {
    const resolved = resolveOptions(options);
    const { connection, serverClock, serializer } = tools;
    await serverClock.fresh();
    const reader = new StreamReader(connection, resolved.maxKeysPerStream);
    const stats: AppendStats = { appends: 0, events: 0, batches: 0, inserts: 0, loads: 0 };
    let writer: AppendWriter | undefined;
    const onLost = async (): Promise<void> => {
      const reading = await readEpoch(connection).catch(() => undefined);
      writer?.stop(reading?.newest ?? 'unknown');
    };
    const deduplication = await deduplicationSettings(connection);
    const { epoch, lease } = await openWriter(connection, resolved, () => void onLost());
    writer = new AppendWriter(
      { connection, serverClock, reader, serializer, options: resolved, deduplication, stats },
      epoch,
      lease,
    );
    return new ClickHouseEventStore(tools, reader, writer, lease, stats);
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
      const [row] = await this.tools.connection.query<{ last_sequence: string }>(READ_HEAD, params);
      return Number(row!.last_sequence);
    } catch (error) {
      throw unreadable(error);
    }
  }

  heads(query: HeadsQuery): AsyncIterable<StreamHead> {
    this.checkOpen();
    const checked = checkHeadsQuery(query);
    return withEmptied(this.readStreamHeads(readHeads(checked)), this.log.emptied(checked));
  }

  scan(query?: ScanQuery): AsyncIterable<RecordedEvent> {
    this.checkOpen();
    const { serializer, connection } = this.tools;
    return oneByOne(scanLog(connection, checkScanQuery(query)), (row) => serializer.deserialize(toStoredEvent(row)));
  }

  /**
   * Accepts nothing more, stores what it has accepted, within `closeTimeoutMs`, and gives the lease back. Close the
   * connection after it.
   */
  close(): Promise<void> {
    this.closing ??= this.end();
    return this.closing;
  }

  private async end(): Promise<void> {
    const clean = await this.writer.close();
    // Without it the lease runs out by itself, and the next writer waits for that.
    await this.lease?.release(clean).catch(() => undefined);
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

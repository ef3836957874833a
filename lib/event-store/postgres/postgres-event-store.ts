import { ClosedError } from '../../errors/closed.error.js';
import type { NewEvent } from '../../events/new-event.js';
import type { RecordedEvent } from '../../events/recorded-event.js';
import type { PostgresConnection, PostgresStatement } from '../../postgres/postgres-connection.js';
import { repeated } from '../../postgres/repeat.js';
import type { SchemaNames } from '../../postgres/schema-names.js';
import { createTenantId } from '../../tenancy/create-tenant-id.js';
import { encodeKey } from '../../tenancy/encode-key.js';
import type { TenantId } from '../../tenancy/tenant-id.js';
import type { AppendOptions } from '../append-options.js';
import type { AppendResult } from '../append-result.js';
import { checkKeys } from '../check-keys.js';
import { checkCountQuery, checkHeadsQuery, checkReadAll, checkReadOptions } from '../check-read-options.js';
import { checkPlaces } from '../check-places.js';
import { checkScanQuery } from '../check-scan-query.js';
import { checkStream } from '../check-stream.js';
import { checkDispatched, checkUndispatchedQuery } from '../check-undispatched.js';
import { EventStore } from '../event-store.js';
import { toStoredEvent } from '../log-row.js';
import { oneByOne } from '../one-by-one.js';
import type { LogPlace } from '../log-row.js';
import type { LogPosition } from '../log-position.js';
import type { PositionedEvent } from '../positioned-event.js';
import { prepareAppend } from '../prepare-append.js';
import type { PrepareTools } from '../prepare-append.js';
import { asAppendAll, prepareAppendAll, type PreparedAppendAll } from '../prepare-append-all.js';
import type { CountQuery, ReadAllOptions } from '../read-all-options.js';
import type { ReadOptions } from '../read-options.js';
import { StoreUnavailableError } from '../store-unavailable.error.js';
import type { ScanQuery } from '../scan-query.js';
import type { AppendAllOptions, StreamAppend } from '../stream-append.js';
import type { HeadsQuery, StreamHead } from '../stream-head.js';
import type { StreamId } from '../stream-id.js';
import { roundsOf } from '../rounds-of.js';
import type { DispatchedRange, UndispatchedQuery, UndispatchedStream } from '../undispatched-stream.js';
import { adoptLog } from './adopt-log.js';
import { Appender } from './appender.js';
import { PostgresEventLog } from './postgres-event-log.js';
import { LogReader } from './log-reader.js';
import {
  resolveOptions,
  type PostgresEventStoreOptions,
  type ResolvedOptions,
} from './postgres-event-store-options.js';
import { scanLog } from './scan-log.js';
import { comparePositions, toPosition } from './postgres-position.js';
import type { ReaderTools } from './reader-tools.js';
import { readHead } from './sql/read-head.js';
import { readUndispatched, type UndispatchedRow } from './sql/read-undispatched.js';
import { strikeDispatched } from './sql/strike-dispatched.js';
import { StreamQueue } from './stream-queue.js';
import { StreamReader } from './stream-reader.js';

/** Nothing is ever lost of the list that is not lost of the log. */
const LIFE_OF_THE_LOG = 'log';
/** Most times that one read is sent. */
const MAX_READ_ATTEMPTS = 4;

/** What the store is opened with. The connection stays the caller's to close, after the store. */
export interface PostgresEventStoreTools extends PrepareTools {
  readonly connection: PostgresConnection;
  readonly names: SchemaNames;
}

/**
 * The log in PostgreSQL, written by any number of processes at once. An append is one call of the function
 * `append_events`, and so one transaction: see its migration. Nothing is remembered in this process but which appends
 * to a stream are under way, which go one after the other.
 */
export class PostgresEventStore extends EventStore {
  private readonly queue: StreamQueue;
  /** The rows of this log, for maintenance. */
  readonly log: PostgresEventLog;
  private readonly appender: Appender;
  private readonly streams: StreamReader;
  private readonly reader: LogReader;
  private closing?: Promise<void>;

  private constructor(
    private readonly tools: PostgresEventStoreTools,
    private readonly options: ResolvedOptions,
  ) {
    super();
    this.log = new PostgresEventLog(tools.connection, tools.names);
    this.queue = new StreamQueue(options.maxWaitingAppends);
    const readerTools = { ...tools, select: this.select.bind(this) as ReaderTools['select'] };
    this.appender = new Appender(readerTools, options.maxAttempts);
    this.streams = new StreamReader(readerTools);
    this.reader = new LogReader(readerTools);
  }

  /**
   * The tables must be there (`EVENT_STORE_MIGRATIONS`). After a log was moved to another cluster, every process that
   * writes to it must be opened anew.
   *
   * @throws InvalidArgumentError for options outside their range
   * @throws StoreUnavailableError
   */
  static async open(
    tools: PostgresEventStoreTools,
    options: PostgresEventStoreOptions = {},
  ): Promise<PostgresEventStore> {
    const store = new PostgresEventStore(tools, resolveOptions(options));
    try {
      await adoptLog(tools.connection, tools.names);
    } catch (cause) {
      throw new StoreUnavailableError('The log in PostgreSQL could not be opened', { cause });
    }
    return store;
  }

  async append(stream: StreamId, events: readonly NewEvent[], options?: AppendOptions): Promise<AppendResult> {
    const append = asAppendAll(prepareAppend(stream, events, options, this.tools));
    const [result] = await this.queue.run(keysOf(append), () => this.appender.write(append));
    return result!;
  }

  async appendAll(appends: readonly StreamAppend[], options?: AppendAllOptions): Promise<readonly AppendResult[]> {
    const append = prepareAppendAll(appends, options, this.tools);
    return this.queue.run(keysOf(append), () => this.appender.write(append));
  }

  async appended(stream: StreamId, keys: readonly string[]): Promise<ReadonlyMap<string, AppendResult>> {
    const checked = checkStream(stream);
    const wanted = checkKeys(keys);
    if (wanted.length === 0) return new Map();
    return this.queue.run([keyOf(checked)], () => this.appender.find(checked, wanted));
  }

  read(stream: StreamId, options?: ReadOptions): AsyncIterable<RecordedEvent> {
    this.checkOpen();
    return this.streams.read(checkStream(stream), checkReadOptions(options));
  }

  readEach(places: readonly LogPlace[]): AsyncIterable<RecordedEvent> {
    this.checkOpen();
    return this.streams.readEach(checkPlaces(places));
  }

  readAll(options: ReadAllOptions): AsyncIterable<PositionedEvent> {
    this.checkOpen();
    return this.reader.readAll(checkReadAll(options));
  }

  async position(tenantId: TenantId): Promise<LogPosition> {
    this.checkOpen();
    return toPosition(await this.reader.position(createTenantId(tenantId)));
  }

  comparePositions(one: LogPosition, other: LogPosition): number {
    return comparePositions(one, other);
  }

  async count(query: CountQuery): Promise<number> {
    this.checkOpen();
    return this.reader.count(checkCountQuery(query));
  }

  async head(stream: StreamId): Promise<number> {
    this.checkOpen();
    const [row] = await this.select<{ readonly head: string | number }>(
      readHead(this.tools.names, checkStream(stream)),
    );
    return Number(row?.head ?? 0);
  }

  heads(query: HeadsQuery): AsyncIterable<StreamHead> {
    this.checkOpen();
    return this.streams.heads(checkHeadsQuery(query));
  }

  scan(query?: ScanQuery): AsyncIterable<RecordedEvent> {
    this.checkOpen();
    const { serializer, connection, names } = this.tools;
    return oneByOne(scanLog(connection, names, checkScanQuery(query)), (row) =>
      serializer.deserialize(toStoredEvent(row)),
    );
  }

  async undispatched(query: UndispatchedQuery): Promise<readonly UndispatchedStream[]> {
    this.checkOpen();
    const checked = checkUndispatchedQuery(query);
    const rows = await this.select<UndispatchedRow>(readUndispatched(this.tools.names, checked));
    return rows.map((row) => ({
      stream: {
        tenantId: row.tenant_id as TenantId,
        aggregateType: row.aggregate_type,
        aggregateId: row.aggregate_id,
      },
      from: Number(row.first_sequence),
      to: Number(row.last_sequence),
      since: new Date(Number(row.since_ms)),
    }));
  }

  async dispatched(ranges: readonly DispatchedRange[]): Promise<void> {
    this.checkOpen();
    // To strike twice changes nothing, so it is repeated as a read is.
    for (const round of roundsOf(checkDispatched(ranges))) {
      await this.select(strikeDispatched(this.tools.names, round));
    }
  }

  /** The list stands beside the log, in the same transactions. */
  async undispatchedLife(): Promise<string> {
    this.checkOpen();
    return LIFE_OF_THE_LOG;
  }

  /** Accepts nothing more and stores what it has accepted, within `closeTimeoutMs`. Close the connection after it. */
  close(): Promise<void> {
    this.closing ??= this.queue.close(this.options.closeTimeoutMs);
    return this.closing;
  }

  private async select<Row extends object>(statement: PostgresStatement): Promise<readonly Row[]> {
    try {
      return await repeated({ maxAttempts: MAX_READ_ATTEMPTS, on: ['refused', 'transient', 'unknown'] }, () => {
        return this.tools.connection.query<Row>(statement);
      });
    } catch (error) {
      if (error instanceof ClosedError) throw error;
      throw new StoreUnavailableError('The log could not be read from PostgreSQL', { cause: error });
    }
  }

  private checkOpen(): void {
    if (this.closing) throw new ClosedError('The PostgreSQL event store');
  }
}

function keysOf({ parts }: PreparedAppendAll): readonly string[] {
  return parts.map(({ stream }) => keyOf(stream));
}

function keyOf({ tenantId, aggregateType, aggregateId }: StreamId): string {
  return encodeKey(tenantId, aggregateType, aggregateId);
}

import { ClosedError } from '../../errors/closed.error.js';
import type { NewEvent } from '../../events/new-event.js';
import type { RecordedEvent } from '../../events/recorded-event.js';
import type { StoredEvent } from '../../events/stored-event.js';
import { classifyPostgresError } from '../../postgres/classify-postgres-error.js';
import type { PostgresConnection, PostgresStatement } from '../../postgres/postgres-connection.js';
import { repeated } from '../../postgres/repeat.js';
import type { SchemaNames } from '../../postgres/schema-names.js';
import { createTenantId } from '../../tenancy/create-tenant-id.js';
import { encodeKey } from '../../tenancy/encode-key.js';
import type { TenantId } from '../../tenancy/tenant-id.js';
import { AppendConditionFailedError } from '../append-condition-failed.error.js';
import type { AppendOptions } from '../append-options.js';
import { AppendOutcomeUnknownError } from '../append-outcome-unknown.error.js';
import type { AppendResult } from '../append-result.js';
import { checkKeys } from '../check-keys.js';
import { checkCountQuery, checkHeadsQuery, checkReadAll, checkReadOptions } from '../check-read-options.js';
import type { CheckedHeadsQuery, CheckedReadOptions } from '../check-read-options.js';
import { checkScanQuery } from '../check-scan-query.js';
import { checkStream } from '../check-stream.js';
import { checkDispatched, checkUndispatchedQuery } from '../check-undispatched.js';
import { EventStore } from '../event-store.js';
import { toStoredEvent } from '../log-row.js';
import { oneByOne } from '../one-by-one.js';
import { isKnownKey } from '../is-known-key.js';
import type { LogPosition } from '../log-position.js';
import type { PositionedEvent } from '../positioned-event.js';
import { prepareAppend } from '../prepare-append.js';
import type { PreparedEvents, PrepareTools } from '../prepare-append.js';
import { asAppendAll, prepareAppendAll, type PreparedAppendAll } from '../prepare-append-all.js';
import type { CountQuery, ReadAllOptions } from '../read-all-options.js';
import type { ReadOptions } from '../read-options.js';
import { StoreUnavailableError } from '../store-unavailable.error.js';
import type { ScanQuery } from '../scan-query.js';
import type { AppendAllOptions, StreamAppend } from '../stream-append.js';
import type { HeadsQuery, StreamHead } from '../stream-head.js';
import type { StreamId } from '../stream-id.js';
import { toAppendResult } from '../to-append-result.js';
import { roundsOf } from '../rounds-of.js';
import type { DispatchedRange, UndispatchedQuery, UndispatchedStream } from '../undispatched-stream.js';
import { WrongExpectedSequenceError } from '../wrong-expected-sequence.error.js';
import { adoptLog } from './adopt-log.js';
import { fromRow, type EventRow } from './event-row.js';
import { PostgresEventLog } from './postgres-event-log.js';
import { LogReader } from './log-reader.js';
import {
  resolveOptions,
  type PostgresEventStoreOptions,
  type ResolvedOptions,
} from './postgres-event-store-options.js';
import { scanLog } from './scan-log.js';
import { toPosition } from './postgres-position.js';
import { appendEvents, type AppendedRow } from './sql/append-events.js';
import { readAppended } from './sql/read-appended.js';
import { readHead } from './sql/read-head.js';
import { readHeads, type HeadRow } from './sql/read-heads.js';
import { pageRows, readStream, type StreamPage } from './sql/read-stream.js';
import { readUndispatched, type UndispatchedRow } from './sql/read-undispatched.js';
import { strikeDispatched } from './sql/strike-dispatched.js';
import { StreamQueue } from './stream-queue.js';

/** Streams of one page of heads. */
const HEADS_PAGE = 1_000;
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
  private readonly reader: LogReader;
  private closing?: Promise<void>;

  private constructor(
    private readonly tools: PostgresEventStoreTools,
    private readonly options: ResolvedOptions,
  ) {
    super();
    this.log = new PostgresEventLog(tools.connection, tools.names);
    this.queue = new StreamQueue(options.maxWaitingAppends);
    const select = <Row extends object>(statement: PostgresStatement): Promise<readonly Row[]> =>
      this.select<Row>(statement);
    this.reader = new LogReader({ ...tools, select });
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
    const [result] = await this.queue.run(keysOf(append), () => this.write(append));
    return result!;
  }

  async appendAll(appends: readonly StreamAppend[], options?: AppendAllOptions): Promise<readonly AppendResult[]> {
    const append = prepareAppendAll(appends, options, this.tools);
    return this.queue.run(keysOf(append), () => this.write(append));
  }

  async appended(stream: StreamId, keys: readonly string[]): Promise<ReadonlyMap<string, AppendResult>> {
    const checked = checkStream(stream);
    const wanted = checkKeys(keys);
    if (wanted.length === 0) return new Map();
    return this.queue.run([keyOf(checked)], () => this.find(checked, wanted));
  }

  read(stream: StreamId, options?: ReadOptions): AsyncIterable<RecordedEvent> {
    this.checkOpen();
    return this.readChecked(checkStream(stream), checkReadOptions(options));
  }

  readAll(options: ReadAllOptions): AsyncIterable<PositionedEvent> {
    this.checkOpen();
    return this.reader.readAll(checkReadAll(options));
  }

  async position(tenantId: TenantId): Promise<LogPosition> {
    this.checkOpen();
    return toPosition(await this.reader.position(createTenantId(tenantId)));
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
    return this.headsChecked(checkHeadsQuery(query));
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

  /** Accepts nothing more and stores what it has accepted, within `closeTimeoutMs`. Close the connection after it. */
  close(): Promise<void> {
    this.closing ??= this.queue.close(this.options.closeTimeoutMs);
    return this.closing;
  }

  private async write(append: PreparedAppendAll): Promise<readonly AppendResult[]> {
    const { parts, key, condition } = append;
    const rows = await this.send(append);
    const { outcome, n, first_in: first, last_in: last } = rows[0]!;
    switch (outcome) {
      case 'conflict': {
        const { stream, expectedSequence } = parts[n! - 1]!;
        throw new WrongExpectedSequenceError(stream, expectedSequence, Number(last));
      }
      case 'matched': {
        const place = { transaction: String(first), position: String(last) };
        throw new AppendConditionFailedError(condition!.given, toPosition(place));
      }
      case 'key-of-another':
      case 'repeated':
        isKnownKey(outcome === 'repeated' ? parts.length : Number(last), parts.length);
        return Promise.all(parts.map(async ({ stream }) => (await this.find(stream, [key!])).get(key!)!));
      case 'appended': {
        const byNumber = new Map(rows.map((row) => [row.n, row]));
        return parts.map((part, index) => this.toResult(part, byNumber.get(index + 1)!));
      }
    }
  }

  private toResult({ stream, drafts }: PreparedEvents, row: AppendedRow): AppendResult {
    const first = Number(row.first_in);
    const recordedAt = Number(row.recorded_ms);
    const stored = drafts.map((draft, index): StoredEvent => ({ ...draft, sequence: first + index, recordedAt }));
    return toAppendResult(stream, stored, false, this.tools.serializer);
  }

  /** Repeated only where the server says that it rolled back: without an answer that is the caller's, with its key. */
  private async send(append: PreparedAppendAll): Promise<readonly AppendedRow[]> {
    const { connection, names } = this.tools;
    const statement = appendEvents(names, append);
    try {
      return await repeated({ maxAttempts: this.options.maxAttempts, on: ['transient'] }, () =>
        connection.query<AppendedRow>(statement),
      );
    } catch (cause) {
      if (cause instanceof ClosedError) throw cause;
      if (classifyPostgresError(cause) === 'unknown') {
        throw new AppendOutcomeUnknownError(append.parts[0]!.stream, { cause });
      }
      throw new StoreUnavailableError('The append could not be written to PostgreSQL', { cause });
    }
  }

  private async find(stream: StreamId, keys: readonly string[]): Promise<ReadonlyMap<string, AppendResult>> {
    const rows = await this.select<EventRow & { readonly append_key: string }>(
      readAppended(this.tools.names, stream, keys),
    );
    const found = new Map<string, StoredEvent[]>(rows.map((row) => [row.append_key, []]));
    for (const row of rows) found.get(row.append_key)!.push(fromRow(row));
    return new Map(
      [...found].map(([key, stored]) => [key, toAppendResult(stream, stored, true, this.tools.serializer)]),
    );
  }

  private async *readChecked(stream: StreamId, options: CheckedReadOptions): AsyncGenerator<RecordedEvent> {
    let rest: CheckedReadOptions = options;
    while (rest.from <= rest.to && rest.limit !== 0) {
      const rows = await this.select<EventRow & StreamPage>(readStream(this.tools.names, stream, rest));
      for (const row of rows) yield this.tools.serializer.deserialize(fromRow(row));
      const next = following(rest, rows);
      if (next === undefined) return;
      rest = next;
    }
  }

  private async *headsChecked(query: CheckedHeadsQuery): AsyncGenerator<StreamHead> {
    let after: HeadRow | undefined;
    for (;;) {
      const rows = await this.select<HeadRow>(readHeads(this.tools.names, query, after, HEADS_PAGE));
      for (const row of rows) {
        const count = Number(row.events_counted);
        if (count === 0) continue;
        const tenantId = row.tenant_id as TenantId;
        yield { tenantId, aggregateId: row.aggregate_id, sequence: Number(row.head), count };
      }
      if (rows.length < HEADS_PAGE) return;
      after = rows[rows.length - 1];
    }
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

/** What is left to read after a page, or undefined. */
function following(
  options: CheckedReadOptions,
  rows: readonly (EventRow & StreamPage)[],
): CheckedReadOptions | undefined {
  const last = rows[rows.length - 1];
  const isLast = rows.length === Number(last?.candidates) && rows.length < pageRows(options);
  if (last === undefined || isLast) return undefined;
  const limit = options.limit === undefined ? undefined : options.limit - rows.length;
  if (options.backwards) return { ...options, limit, to: Number(last.sequence) - 1 };
  return { ...options, limit, from: Number(last.sequence) + 1, to: Math.min(options.to, Number(last.stream_head)) };
}

function keysOf({ parts }: PreparedAppendAll): readonly string[] {
  return parts.map(({ stream }) => keyOf(stream));
}

function keyOf({ tenantId, aggregateType, aggregateId }: StreamId): string {
  return encodeKey(tenantId, aggregateType, aggregateId);
}

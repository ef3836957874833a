import { ClosedError } from '../../errors/closed.error.js';
import type { NewEvent } from '../../events/new-event.js';
import type { RecordedEvent } from '../../events/recorded-event.js';
import type { StoredEvent } from '../../events/stored-event.js';
import { classifyPostgresError } from '../../postgres/classify-postgres-error.js';
import type { PostgresConnection, PostgresStatement } from '../../postgres/postgres-connection.js';
import { repeated } from '../../postgres/repeat.js';
import type { SchemaNames } from '../../postgres/schema-names.js';
import { encodeKey } from '../../tenancy/encode-key.js';
import type { TenantId } from '../../tenancy/tenant-id.js';
import type { AppendOptions } from '../append-options.js';
import { AppendOutcomeUnknownError } from '../append-outcome-unknown.error.js';
import type { AppendResult } from '../append-result.js';
import { checkKeys } from '../check-keys.js';
import { checkHeadsQuery, checkReadOptions } from '../check-read-options.js';
import type { CheckedHeadsQuery, CheckedReadOptions } from '../check-read-options.js';
import { checkScanQuery } from '../check-scan-query.js';
import { checkStream } from '../check-stream.js';
import { EventStore } from '../event-store.js';
import { toStoredEvent } from '../log-row.js';
import { oneByOne } from '../one-by-one.js';
import { prepareAppend } from '../prepare-append.js';
import type { PreparedAppend, PrepareTools } from '../prepare-append.js';
import type { ReadOptions } from '../read-options.js';
import { StoreUnavailableError } from '../store-unavailable.error.js';
import type { ScanQuery } from '../scan-query.js';
import type { HeadsQuery, StreamHead } from '../stream-head.js';
import type { StreamId } from '../stream-id.js';
import { toAppendResult } from '../to-append-result.js';
import { WrongExpectedSequenceError } from '../wrong-expected-sequence.error.js';
import { fromRow, type EventRow } from './event-row.js';
import { PostgresEventLog } from './postgres-event-log.js';
import {
  resolveOptions,
  type PostgresEventStoreOptions,
  type ResolvedOptions,
} from './postgres-event-store-options.js';
import { scanLog } from './scan-log.js';
import { appendEvents, type AppendedRow } from './sql/append-events.js';
import { readAppended } from './sql/read-appended.js';
import { readHead } from './sql/read-head.js';
import { readHeads, type HeadRow } from './sql/read-heads.js';
import { pageRows, readStream, type StreamPage } from './sql/read-stream.js';
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
  private readonly options: ResolvedOptions;
  private readonly queue: StreamQueue;
  /** The rows of this log, for maintenance. */
  readonly log: PostgresEventLog;
  private closing?: Promise<void>;

  /**
   * The tables must be there (`EVENT_STORE_MIGRATIONS`).
   *
   * @throws InvalidArgumentError for options outside their range
   */
  constructor(
    private readonly tools: PostgresEventStoreTools,
    options: PostgresEventStoreOptions = {},
  ) {
    super();
    this.options = resolveOptions(options);
    this.queue = new StreamQueue(this.options.maxWaitingAppends);
    this.log = new PostgresEventLog(tools.connection, tools.names);
  }

  async append(stream: StreamId, events: readonly NewEvent[], options?: AppendOptions): Promise<AppendResult> {
    const append = prepareAppend(stream, events, options, this.tools);
    return this.queue.run(keyOf(append.stream), () => this.write(append));
  }

  async appended(stream: StreamId, keys: readonly string[]): Promise<ReadonlyMap<string, AppendResult>> {
    const checked = checkStream(stream);
    const wanted = checkKeys(keys);
    if (wanted.length === 0) return new Map();
    return this.queue.run(keyOf(checked), () => this.find(checked, wanted));
  }

  read(stream: StreamId, options?: ReadOptions): AsyncIterable<RecordedEvent> {
    this.checkOpen();
    return this.readChecked(checkStream(stream), checkReadOptions(options));
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

  /** Accepts nothing more and stores what it has accepted, within `closeTimeoutMs`. Close the connection after it. */
  close(): Promise<void> {
    this.closing ??= this.queue.close(this.options.closeTimeoutMs);
    return this.closing;
  }

  private async write(append: PreparedAppend): Promise<AppendResult> {
    const { stream, expectedSequence, key } = append;
    const row = await this.send(append);
    const last = Number(row.last_in);
    if (row.outcome === 'conflict') throw new WrongExpectedSequenceError(stream, expectedSequence, last);
    if (row.outcome === 'repeated') return (await this.find(stream, [key!])).get(key!)!;
    const first = Number(row.first_in);
    const recordedAt = Number(row.recorded_ms);
    const stored = append.drafts.map((draft, index): StoredEvent => ({
      ...draft,
      sequence: first + index,
      recordedAt,
    }));
    return toAppendResult(stream, stored, false, this.tools.serializer);
  }

  /** Repeated only where the server says that it rolled back: without an answer that is the caller's, with its key. */
  private async send(append: PreparedAppend): Promise<AppendedRow> {
    const { connection, names } = this.tools;
    const statement = appendEvents(names, append);
    try {
      const [row] = await repeated({ maxAttempts: this.options.maxAttempts, on: ['transient'] }, () =>
        connection.query<AppendedRow>(statement),
      );
      return row!;
    } catch (cause) {
      if (cause instanceof ClosedError) throw cause;
      if (classifyPostgresError(cause) === 'unknown') throw new AppendOutcomeUnknownError(append.stream, { cause });
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
        const emptiedHead = Number(row.emptied_head);
        yield {
          tenantId,
          aggregateId: row.aggregate_id,
          sequence: Number(row.head),
          count,
          ...(emptiedHead > 0 && { emptiedHead }),
        };
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

function keyOf({ tenantId, aggregateType, aggregateId }: StreamId): string {
  return encodeKey(tenantId, aggregateType, aggregateId);
}

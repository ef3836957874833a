import { ClosedError } from '../../errors/closed.error.js';
import { classifyPostgresError } from '../../postgres/classify-postgres-error.js';
import type { PostgresConnection, PostgresStatement } from '../../postgres/postgres-connection.js';
import { repeated } from '../../postgres/repeat.js';
import type { SchemaNames } from '../../postgres/schema-names.js';
import type { TenantId } from '../../tenancy/tenant-id.js';
import { AppendOutcomeUnknownError } from '../append-outcome-unknown.error.js';
import { checkOwnType } from '../check-own-type.js';
import type { EmptiedStream } from '../emptied-stream.js';
import { EventLog, type IdleStreams, type LogQuery, type LogRowsQuery, type RemovedEvents } from '../event-log.js';
import type { KeyedEvent, LogRow } from '../log-row.js';
import { oneByOne } from '../one-by-one.js';
import { asAppendAll } from '../prepare-append-all.js';
import { prepareRestore } from '../restored-append.js';
import { StoreUnavailableError } from '../store-unavailable.error.js';
import type { StreamId } from '../stream-id.js';
import { WrongExpectedSequenceError } from '../wrong-expected-sequence.error.js';
import { scanLog } from './scan-log.js';
import { appendEvents, type AppendedRow } from './sql/append-events.js';
import {
  dropStreams,
  forgetEvents,
  forgetStreams,
  removeIdleStreams,
  restoreEmptied,
  type RemovedRow,
} from './sql/maintain-events.js';
import { readEmptiedStreams, type EmptiedRow } from './sql/read-emptied-streams.js';
import { type NowRow, READ_NOW } from './sql/read-now.js';

const EMPTIED_PAGE = 1_000;
/** Streams that are emptied in one transaction. */
const STREAMS_PER_STEP = 200;
/** Events of a forgotten tenant that go in one transaction. */
const EVENTS_PER_STEP = 10_000;
/** Bound of one step. */
const STEP_TIMEOUT_MS = 600_000;
const MAX_ATTEMPTS = 4;

interface Found {
  /** The head of the stream as it is now. */
  readonly found: string | number;
}

/** The rows of the log in PostgreSQL. Each step of a change is one transaction, so it may be repeated after any failure. */
export class PostgresEventLog extends EventLog {
  constructor(
    private readonly connection: PostgresConnection,
    private readonly names: SchemaNames,
  ) {
    super();
  }

  async now(): Promise<number> {
    const [row] = await this.step<NowRow>(READ_NOW);
    return Number(row!.now_ms);
  }

  rows(query: LogRowsQuery): AsyncIterable<LogRow> {
    return oneByOne(scanLog(this.connection, this.names, query), (row) => row);
  }

  async *emptied(query: LogQuery): AsyncGenerator<EmptiedStream> {
    let after: StreamId | undefined;
    for (;;) {
      const rows = await this.step<EmptiedRow>(readEmptiedStreams(this.names, query, after, EMPTIED_PAGE));
      const page = rows.map(toEmptied);
      yield* page;
      if (page.length < EMPTIED_PAGE) return;
      after = page[page.length - 1];
    }
  }

  async restore(stream: StreamId, events: readonly KeyedEvent[]): Promise<void> {
    const append = prepareRestore(stream, events);
    const statement = appendEvents(this.names, asAppendAll(append));
    const [row] = await this.sendOnce<AppendedRow>(append.stream, statement);
    if (row!.outcome === 'appended') return;
    throw new WrongExpectedSequenceError(append.stream, append.expectedSequence, Number(row!.last_in));
  }

  async restoreEmptied(emptied: EmptiedStream): Promise<void> {
    const [row] = await this.step<Found>(restoreEmptied(this.names, emptied));
    const head = Number(row!.found);
    if (head >= emptied.head) return;
    const { tenantId, aggregateType, aggregateId } = emptied;
    throw new WrongExpectedSequenceError({ tenantId, aggregateType, aggregateId }, 0, head);
  }

  async removeIdle(idle: IdleStreams): Promise<RemovedEvents> {
    const removed = { streams: 0, events: 0 };
    let after: RemovedRow | undefined;
    for (;;) {
      const [row] = await this.step<RemovedRow>(removeIdleStreams(this.names, idle, after, STREAMS_PER_STEP));
      removed.streams += Number(row!.streams);
      removed.events += Number(row!.events);
      if (row!.last_id === null) return removed;
      after = row;
    }
  }

  async drop(given: string): Promise<RemovedEvents> {
    const aggregateType = checkOwnType(given);
    const removed = { streams: 0, events: 0 };
    for (;;) {
      const [row] = await this.step<RemovedRow>(dropStreams(this.names, aggregateType, STREAMS_PER_STEP));
      removed.streams += Number(row!.streams);
      removed.events += Number(row!.events);
      if (Number(row!.streams) < STREAMS_PER_STEP) return removed;
    }
  }

  async forget(tenantId: TenantId): Promise<RemovedEvents> {
    let events = 0;
    for (;;) {
      const [row] = await this.step<RemovedRow>(forgetEvents(this.names, tenantId, EVENTS_PER_STEP));
      events += Number(row!.events);
      if (Number(row!.events) < EVENTS_PER_STEP) break;
    }
    const [row] = await this.step<RemovedRow>(forgetStreams(this.names, tenantId));
    return { streams: Number(row!.streams), events: events + Number(row!.events) };
  }

  /** @throws StoreUnavailableError when it was rolled back, AppendOutcomeUnknownError when nobody knows */
  private async sendOnce<Row extends object>(stream: StreamId, statement: PostgresStatement): Promise<readonly Row[]> {
    try {
      return await repeated({ maxAttempts: MAX_ATTEMPTS, on: ['transient'] }, () =>
        this.connection.query<Row>(statement),
      );
    } catch (cause) {
      if (cause instanceof ClosedError) throw cause;
      if (classifyPostgresError(cause) === 'unknown') throw new AppendOutcomeUnknownError(stream, { cause });
      throw new StoreUnavailableError('The events could not be written to PostgreSQL', { cause });
    }
  }

  /** One step, again when it fails for reasons that may pass: what is done already is found done. */
  private async step<Row extends object>(statement: PostgresStatement): Promise<readonly Row[]> {
    try {
      return await repeated({ maxAttempts: MAX_ATTEMPTS, on: ['refused', 'transient', 'unknown'] }, () =>
        this.connection.transaction((transaction) => transaction.query<Row>(statement), STEP_TIMEOUT_MS),
      );
    } catch (cause) {
      if (cause instanceof ClosedError) throw cause;
      throw new StoreUnavailableError('A step of maintenance could not be taken in PostgreSQL', { cause });
    }
  }
}

function toEmptied(row: EmptiedRow): EmptiedStream {
  return {
    tenantId: row.tenant_id as TenantId,
    aggregateType: row.aggregate_type,
    aggregateId: row.aggregate_id,
    head: Number(row.emptied_head),
    recordedAt: Number(row.recorded_ms),
  };
}

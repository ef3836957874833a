import { deleteRows, purgeDeletedRows } from '../../clickhouse/delete-rows.js';
import type { ClickHouseConnection } from '../../clickhouse/clickhouse-connection.js';
import { chunkForParams } from '../../clickhouse/param-limits.js';
import type { ServerClock } from '../../clickhouse/server-clock.js';
import { type PageStatement, walkPages } from '../../clickhouse/walk-pages.js';
import type { TenantId } from '../../tenancy/tenant-id.js';
import type { AppendResult } from '../append-result.js';
import { asStoreUnavailable } from '../as-store-unavailable.js';
import { checkOwnType } from '../check-own-type.js';
import type { EmptiedStream } from '../emptied-stream.js';
import { EventLog, type IdleStreams, type LogQuery, type LogRowsQuery, type RemovedEvents } from '../event-log.js';
import type { KeyedEvent, LogRow } from '../log-row.js';
import { oneByOne } from '../one-by-one.js';
import { prepareRestore } from '../restored-append.js';
import { StoreUnavailableError } from '../store-unavailable.error.js';
import type { StreamId } from '../stream-id.js';
import { WrongExpectedSequenceError } from '../wrong-expected-sequence.error.js';
import type { AppendWriter } from './append-writer.js';
import type { Arbiter } from './arbiter.js';
import { readEpoch } from './arbiter-epoch.js';
import { scanLog } from './scan-log.js';
import {
  COUNT_EVENTS_OF_STREAMS,
  COUNT_TENANT,
  COUNT_TYPE,
  DELETE_EMPTIED_STREAMS_OF_TENANT,
  DELETE_EVENTS_OF_STREAMS,
  DELETE_EVENTS_OF_TENANT,
  DELETE_EVENTS_OF_TYPE,
} from './sql/delete-events.js';
import { findIdleStreams, type IdleRow } from './sql/find-idle-streams.js';
import { INSERT_EMPTIED_STREAMS } from './sql/insert-emptied-streams.js';
import { readEmptiedStreams, type EmptiedRow } from './sql/read-emptied-streams.js';
import { streamTexts } from './stream-params.js';
import { streamKey } from './stream-key.js';
import { streamChunks, type StreamReader } from './stream-reader.js';
import type { StreamState } from './stream-state.js';

/** Streams that are emptied by one statement. */
const MAX_STREAMS_PER_STEP = 2_000;
/** Idle streams that are looked up at once. */
const IDLE_PAGE = 10_000;
/** How many times a step is begun anew because another epoch came in between. */
const MAX_EPOCHS = 5;

type Removed = { -readonly [P in keyof RemovedEvents]: RemovedEvents[P] };

/** A stream that is kept still, and what is known of it. */
interface HeldStream {
  readonly stream: StreamId;
  readonly state: StreamState;
}

/** Streams that are kept still, looked at in an epoch: in no later one may be written what was seen. */
interface Held {
  readonly epoch: string;
  readonly streams: readonly HeldStream[];
}

/**
 * The rows of the log in ClickHouse. Whatever changes a stream holds its lane, so that nothing is appended to it
 * meanwhile by this process, and the head is written down, behind the fence of the epoch, before the first event goes.
 * Should another process append all the same, its event is younger than what is removed, and its sequence goes on.
 */
export class ClickHouseEventLog extends EventLog {
  constructor(
    private readonly connection: ClickHouseConnection,
    private readonly reader: StreamReader,
    private readonly writer: AppendWriter,
    private readonly arbiter: Arbiter,
    private readonly serverClock: ServerClock,
  ) {
    super();
  }

  async now(): Promise<number> {
    try {
      await this.serverClock.fresh();
    } catch (error) {
      throw asStoreUnavailable('ClickHouse does not say its time', error);
    }
    return this.serverClock.now();
  }

  rows(query: LogRowsQuery): AsyncIterable<LogRow> {
    return oneByOne(scanLog(this.connection, query), (row) => row);
  }

  async *emptied(query: LogQuery): AsyncGenerator<EmptiedStream> {
    const page: PageStatement<EmptiedRow> = (after, limit) => readEmptiedStreams(query, after, limit);
    try {
      for await (const row of walkPages(this.connection, page)) {
        yield {
          tenantId: row.tenant_id as TenantId,
          aggregateType: row.aggregate_type,
          aggregateId: row.aggregate_id,
          head: Number(row.last_sequence),
          recordedAt: Number(row.recorded_ms),
        };
      }
    } catch (error) {
      throw asStoreUnavailable('The log could not be read from ClickHouse', error);
    }
  }

  async restore(stream: StreamId, events: readonly KeyedEvent[]): Promise<void> {
    const append = prepareRestore(stream, events);
    await new Promise<AppendResult>((resolve, reject) => {
      const since = performance.now();
      this.writer.submit({ kind: 'append', stream: append.stream, append, since, resolve, reject });
    });
  }

  async restoreEmptied({ head, recordedAt, ...stream }: EmptiedStream): Promise<void> {
    await this.holding([stream], async ({ epoch, streams: [held] }) => {
      const { state } = held!;
      if (state.head >= head) return true;
      if (state.head > 0) throw new WrongExpectedSequenceError(stream, 0, state.head);
      return this.writeHeads({ epoch, streams: [{ stream, state: { ...state, head, recordedAt } }] });
    });
  }

  async removeIdle(idle: IdleStreams): Promise<RemovedEvents> {
    const removed: Removed = { streams: 0, events: 0 };
    for await (const page of this.idleStreams(idle)) {
      for (const streams of chunkForParams(page, streamTexts, MAX_STREAMS_PER_STEP)) {
        await this.holding(streams, (held) => this.empty(idle, held, removed));
      }
    }
    if (removed.streams > 0) await guarded(() => purgeDeletedRows(this.connection, 'events'));
    return removed;
  }

  /** Of the streams of one type, which nobody appends to, so that none of them has to be kept still. */
  async drop(given: string): Promise<RemovedEvents> {
    const aggregateType = checkOwnType(given);
    const removed: Removed = { streams: 0, events: 0 };
    const remove = (): Promise<void> => guarded(() => this.removeType(aggregateType, removed));
    await this.checkEpoch();
    await remove();
    if (removed.streams > 0) await this.arbiter.forgetType(aggregateType, remove);
    await guarded(() => purgeDeletedRows(this.connection, 'events'));
    return removed;
  }

  async forget(tenantId: TenantId): Promise<RemovedEvents> {
    const removed: Removed = { streams: 0, events: 0 };
    const remove = (): Promise<void> => guarded(() => this.removeTenant(tenantId, removed));
    const { until, release } = gate();
    try {
      await this.writer.holdTenant(tenantId, until);
      await this.checkEpoch();
      await remove();
      await this.arbiter.forget(tenantId, remove);
      // Always, for the sake of a run that was cut before it came here.
      await guarded(() =>
        Promise.all(['events', 'emptied_streams'].map((table) => purgeDeletedRows(this.connection, table))),
      );
      return removed;
    } finally {
      release();
    }
  }

  /** A removal has no fence of its own. @throws WriterFencedError when another process has taken over as the writer */
  private async checkEpoch(): Promise<void> {
    const epoch = await this.arbiter.epoch();
    const { newest } = await guarded(() => readEpoch(this.connection));
    if (newest !== epoch) await this.arbiter.epoch(epoch);
  }

  private async removeType(aggregateType: string, removed: Removed): Promise<void> {
    const [row] = await this.connection.query<{ readonly events_counted: string; readonly streams_counted: string }>(
      COUNT_TYPE,
      { aggregateType },
    );
    if (Number(row!.streams_counted) === 0) return;
    await deleteRows(this.connection, 'events', DELETE_EVENTS_OF_TYPE, { aggregateType });
    removed.streams += Number(row!.streams_counted);
    removed.events += Number(row!.events_counted);
  }

  private async removeTenant(tenantId: TenantId, removed: Removed): Promise<void> {
    const [row] = await this.connection.query<{ readonly events_counted: string; readonly streams_counted: string }>(
      COUNT_TENANT,
      { tenantId },
    );
    if (Number(row!.streams_counted) === 0) return;
    // The heads last: whoever finds events without them would begin a stream anew.
    await deleteRows(this.connection, 'events', DELETE_EVENTS_OF_TENANT, { tenantId });
    await deleteRows(this.connection, 'emptied_streams', DELETE_EMPTIED_STREAMS_OF_TENANT, { tenantId });
    removed.streams += Number(row!.streams_counted);
    removed.events += Number(row!.events_counted);
  }

  /** Those of the held streams that are idle still; false when another epoch came in between. */
  private async empty({ tenantId, before }: IdleStreams, held: Held, removed: Removed): Promise<boolean> {
    const idle = held.streams.filter(({ state }) => state.head > 0 && state.recordedAt < before);
    if (idle.length === 0) return true;
    const params = {
      tenantId,
      before,
      types: idle.map(({ stream }) => stream.aggregateType),
      ids: idle.map(({ stream }) => stream.aggregateId),
    };
    if (!(await this.writeHeads({ epoch: held.epoch, streams: idle }))) return false;
    await guarded(async () => {
      const [row] = await this.connection.query<{ readonly events_counted: string }>(COUNT_EVENTS_OF_STREAMS, params);
      await deleteRows(this.connection, 'events', DELETE_EVENTS_OF_STREAMS, params);
      removed.streams += idle.length;
      removed.events += Number(row!.events_counted);
    });
    return true;
  }

  /** False, and nothing was written, when another epoch came in between. */
  private async writeHeads({ epoch, streams }: Held): Promise<boolean> {
    const rows = streams.map(({ stream, state }) => ({
      tenant_id: stream.tenantId,
      aggregate_type: stream.aggregateType,
      aggregate_id: stream.aggregateId,
      head: state.head,
      recorded_ms: state.recordedAt,
    }));
    return guarded(async () => (await this.connection.insertSelect(INSERT_EMPTIED_STREAMS, rows, { epoch })) > 0);
  }

  private async *idleStreams(idle: IdleStreams): AsyncGenerator<readonly StreamId[]> {
    let after: StreamId | undefined;
    for (;;) {
      const { sql, params, settings } = findIdleStreams(idle, after, IDLE_PAGE);
      const rows = await guarded(() => this.connection.query<IdleRow>(sql, params, settings));
      const page = rows.map((row) => ({
        tenantId: idle.tenantId,
        aggregateType: row.aggregate_type,
        aggregateId: row.aggregate_id,
      }));
      yield page;
      if (page.length < IDLE_PAGE) return;
      after = page[page.length - 1];
    }
  }

  /**
   * Keeps streams still in this process while `work` changes them; what they are then is read from the log again, and
   * once more whenever `work` says that another epoch came in between.
   *
   * @throws WriterFencedError when another process has taken over as the writer
   */
  private async holding(streams: readonly StreamId[], work: (held: Held) => Promise<boolean>): Promise<void> {
    const { until, release } = gate();
    try {
      await Promise.all(streams.map((stream) => this.writer.hold(stream, until)));
      let epoch = await this.arbiter.epoch();
      for (let attempt = 1; attempt <= MAX_EPOCHS; attempt++) {
        if (await work({ epoch, streams: await guarded(() => this.look(streams)) })) return;
        epoch = await this.arbiter.epoch(epoch);
      }
      throw new StoreUnavailableError(`The arbiter changed its epoch ${MAX_EPOCHS} times in a row`);
    } finally {
      release();
    }
  }

  private async look(streams: readonly StreamId[]): Promise<readonly HeldStream[]> {
    const held: HeldStream[] = [];
    for (const chunk of streamChunks(streams)) {
      const states = await this.reader.states(chunk);
      for (const stream of chunk) held.push({ stream, state: states.get(streamKey(stream))! });
    }
    return held;
  }
}

function gate(): { readonly until: Promise<void>; readonly release: () => void } {
  let release = (): void => {};
  const until = new Promise<void>((resolve) => (release = resolve));
  return { until, release };
}

async function guarded<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw asStoreUnavailable('The log could not be changed in ClickHouse', error);
  }
}

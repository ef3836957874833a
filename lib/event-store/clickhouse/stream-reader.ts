import type { ClickHouseConnection } from '../../clickhouse/clickhouse-connection.js';
import { chunkForParams } from '../../clickhouse/param-limits.js';
import type { StoredEvent } from '../../events/stored-event.js';
import type { StreamId } from '../stream-id.js';
import { fromRow, type EventRow } from './event-row.js';
import { FIND_KEYS } from './sql/find-keys.js';
import { LOAD_STREAMS } from './sql/load-streams.js';
import { READ_APPENDED } from './sql/read-appended.js';
import { streamParams, streamTexts } from './stream-params.js';
import type { KeyRange, StreamState } from './stream-state.js';
import { streamKey } from './stream-key.js';

/** A key in one stream. */
export interface KeyInStream {
  readonly stream: StreamId;
  readonly key: string;
}

interface StreamColumns {
  readonly tenant_id: string;
  readonly aggregate_type: string;
  readonly aggregate_id: string;
}

interface KeyRow extends StreamColumns {
  readonly idempotency_key: string;
  readonly first_sequence: string;
  readonly last_sequence: string;
}

interface StateRow extends KeyRow {
  readonly recorded_ms: string;
}

/** Reads from the log what the arbiter needs to know, of many streams in one query. */
export class StreamReader {
  constructor(
    private readonly connection: ClickHouseConnection,
    private readonly maxKeysPerStream: number,
  ) {}

  /** The states of streams by stream key. Call it with one part of `streamChunks`. */
  async states(streams: readonly StreamId[]): Promise<Map<string, StreamState>> {
    const states = new Map<string, StreamState>(
      streams.map((stream) => [streamKey(stream), { head: 0, recordedAt: 0, keys: new Map(), complete: true }]),
    );
    // A row for the events without a key, one for what retention removed, and one more to see that there are more.
    const params = { ...streamParams(streams), maxKeys: this.maxKeysPerStream + 3 };
    const rows = await this.connection.query<StateRow>(LOAD_STREAMS, params);
    for (const [key, rowsOfStream] of groupByStream(rows)) fill(states.get(key)!, rowsOfStream, this.maxKeysPerStream);
    return states;
  }

  /** The ranges of those of the keys that the log knows, by stream key and key. */
  async ranges(wanted: readonly KeyInStream[]): Promise<Map<string, Map<string, KeyRange>>> {
    const found = new Map<string, Map<string, KeyRange>>();
    for (const chunk of chunkForParams(wanted, textsOf)) {
      const rows = await this.connection.query<KeyRow>(FIND_KEYS, keyParams(chunk));
      for (const row of rows) group(found, row).set(row.idempotency_key, toRange(row));
    }
    return found;
  }

  /** The events of those of the keys that the log knows, by stream key and key, in order. */
  async appended(wanted: readonly KeyInStream[]): Promise<Map<string, Map<string, StoredEvent[]>>> {
    const found = new Map<string, Map<string, StoredEvent[]>>();
    for (const chunk of chunkForParams(wanted, textsOf)) {
      for await (const row of this.connection.stream<EventRow>(READ_APPENDED, keyParams(chunk))) {
        const ofStream = group(found, row);
        const events = ofStream.get(row.idempotency_key);
        if (events) events.push(fromRow(row));
        else ofStream.set(row.idempotency_key, [fromRow(row)]);
      }
    }
    return found;
  }
}

/** Cuts streams into lists that fit into one query each. */
export function streamChunks(streams: readonly StreamId[]): Iterable<StreamId[]> {
  return chunkForParams(streams, streamTexts);
}

function textsOf({ stream, key }: KeyInStream): string[] {
  return [...streamTexts(stream), key];
}

/** Also finds a key of one of the streams in another of them; callers look up the pairs they asked for. */
function keyParams(wanted: readonly KeyInStream[]): Record<string, unknown> {
  const streams = new Map(wanted.map(({ stream }) => [streamKey(stream), stream]));
  return { ...streamParams([...streams.values()]), keys: [...new Set(wanted.map(({ key }) => key))] };
}

/** Rows come latest first; keys are kept oldest first. */
function fill(state: StreamState, rows: readonly StateRow[], maxKeys: number): void {
  state.head = Number(rows[0]!.last_sequence);
  state.recordedAt = Math.max(...rows.map((row) => Number(row.recorded_ms)));
  const keyed = rows.filter((row) => row.idempotency_key !== '');
  state.complete = keyed.length <= maxKeys;
  for (const row of keyed.slice(0, maxKeys).reverse()) state.keys.set(row.idempotency_key, toRange(row));
}

function toRange(row: KeyRow): KeyRange {
  return { first: Number(row.first_sequence), last: Number(row.last_sequence) };
}

function keyOf(row: StreamColumns): string {
  return streamKey({
    tenantId: row.tenant_id,
    aggregateType: row.aggregate_type,
    aggregateId: row.aggregate_id,
  } as StreamId);
}

function group<T>(groups: Map<string, Map<string, T>>, row: StreamColumns): Map<string, T> {
  const key = keyOf(row);
  let ofStream = groups.get(key);
  if (!ofStream) groups.set(key, (ofStream = new Map<string, T>()));
  return ofStream;
}

function groupByStream<T extends StreamColumns>(rows: readonly T[]): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const row of rows) {
    const key = keyOf(row);
    const ofStream = groups.get(key);
    if (ofStream) ofStream.push(row);
    else groups.set(key, [row]);
  }
  return groups;
}

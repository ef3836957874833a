import type { ClickHouseConnection } from '../../clickhouse/clickhouse-connection.js';
import { chunkForParams } from '../../clickhouse/param-limits.js';
import type { StoredEvent } from '../../events/stored-event.js';
import type { StreamId } from '../stream-id.js';
import { fromRow, type EventRow } from './event-row.js';
import { findKeys } from './sql/find-keys.js';
import type { KeySearch } from './sql/key-search.js';
import { LOAD_STREAMS } from './sql/load-streams.js';
import { readAppended } from './sql/read-appended.js';
import { streamParams, streamTexts } from './stream-params.js';
import type { KeyRange, StreamState } from './stream-state.js';
import { streamKey } from './stream-key.js';

/** What is younger is looked for among the rows rather than in the index of keys. */
const RECENT_MS = 30_000;
/** Of a stream that is loaded, for each key that is remembered. */
const EVENTS_PER_KEY = 4;

/** A key in one stream. */
export interface KeyInStream {
  readonly stream: StreamId;
  readonly key: string;
  /** What was recorded earlier has not the key; milliseconds since the epoch. */
  readonly since?: number;
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

interface StateRow extends StreamColumns {
  readonly head: string;
  readonly recorded_ms: string;
  /** The latest events, latest first, each with minus its sequence and its key. */
  readonly latest: readonly (readonly [string, string])[];
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
    const params = { ...streamParams(streams), maxEvents: this.maxKeysPerStream * EVENTS_PER_KEY };
    const rows = await this.connection.query<StateRow>(LOAD_STREAMS, params);
    for (const row of rows) fill(states.get(keyOf(row))!, row, params.maxEvents, this.maxKeysPerStream);
    return states;
  }

  /** The ranges of those of the keys that the log knows, by stream key and key. @param nowMs by the server's clock */
  async ranges(wanted: readonly KeyInStream[], nowMs: number): Promise<Map<string, Map<string, KeyRange>>> {
    const found = new Map<string, Map<string, KeyRange>>();
    for (const search of searches(wanted, nowMs)) {
      const { sql, params, settings } = findKeys(search);
      const rows = await this.connection.query<KeyRow>(sql, params, settings);
      for (const row of rows) group(found, row).set(row.idempotency_key, toRange(row));
    }
    return found;
  }

  /** The events of those of the keys that the log knows, by stream key and key, in order. @param nowMs as above */
  async appended(wanted: readonly KeyInStream[], nowMs: number): Promise<Map<string, Map<string, StoredEvent[]>>> {
    const found = new Map<string, Map<string, StoredEvent[]>>();
    for (const search of searches(wanted, nowMs)) {
      const { sql, params, settings } = readAppended(search);
      const { rows } = await this.connection.page<EventRow>(sql, params, settings);
      for (const row of rows) {
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

/** One query each for keys of which nothing is known, for recent and for old ones: the oldest of each has it look further back. */
function* searches(wanted: readonly KeyInStream[], nowMs: number): Iterable<KeySearch> {
  const isRecent = ({ since }: KeyInStream): boolean => since !== undefined && since > nowMs - RECENT_MS;
  const parts = [
    wanted.filter(({ since }) => since === undefined),
    wanted.filter((one) => one.since !== undefined && !isRecent(one)),
    wanted.filter(isRecent),
  ];
  for (const [index, part] of parts.entries()) {
    for (const chunk of chunkForParams(part, textsOf)) {
      const since = index === 0 ? undefined : Math.min(...chunk.map((one) => one.since!));
      // Also finds a key of one of the streams in another of them; callers look up the pairs they asked for.
      const streams = [...new Map(chunk.map(({ stream }) => [streamKey(stream), stream])).values()];
      yield { streams, keys: [...new Set(chunk.map(({ key }) => key))], since, recent: index === 2 };
    }
  }
}

function textsOf({ stream, key }: KeyInStream): string[] {
  return [...streamTexts(stream), key];
}

/** Events come latest first; keys are kept oldest first. A key whose append may have more events before them is not kept. */
function fill(
  state: StreamState,
  { head, recorded_ms: recordedMs, latest }: StateRow,
  maxEvents: number,
  maxKeys: number,
): void {
  state.head = Math.max(state.head, Number(head));
  state.recordedAt = Math.max(state.recordedAt, Number(recordedMs));
  if (latest.length === 0) return;
  const ranges = new Map<string, { first: number; last: number }>();
  for (const [negative, key] of latest) {
    const sequence = -Number(negative);
    const range = ranges.get(key);
    if (range) range.first = sequence;
    else ranges.set(key, { first: sequence, last: sequence });
  }
  if (latest.length === maxEvents) {
    ranges.delete(latest.at(-1)![1]);
    state.complete = false;
  }
  ranges.delete('');
  if (ranges.size > maxKeys) state.complete = false;
  for (const [key, range] of [...ranges].slice(0, maxKeys).reverse()) state.keys.set(key, range);
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

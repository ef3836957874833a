import type { QueryParams } from '../../clickhouse/clickhouse-connection.js';
import type { StreamId } from '../stream-id.js';

/** Bounds of one list of parameters: the server takes a few hundred kilobytes of them, percent-encoded. */
const MAX_PARAMS = 1_000;
const MAX_PARAM_BYTES = 65_536;

/** The parameters `tenants`, `types` and `ids` of the statements that name many streams. */
export function streamParams(streams: readonly StreamId[]): QueryParams {
  return {
    tenants: streams.map((stream) => stream.tenantId),
    types: streams.map((stream) => stream.aggregateType),
    ids: streams.map((stream) => stream.aggregateId),
  };
}

/** Cuts a list into parts that fit into the parameters of one statement each. */
export function paramChunks<T>(items: readonly T[], textOf: (item: T) => string): T[][] {
  const chunks: T[][] = [];
  let bytes = Infinity;
  for (const item of items) {
    const size = Buffer.byteLength(textOf(item));
    let chunk = chunks[chunks.length - 1];
    if (chunk === undefined || chunk.length >= MAX_PARAMS || bytes + size > MAX_PARAM_BYTES) {
      chunk = [];
      chunks.push(chunk);
      bytes = 0;
    }
    chunk.push(item);
    bytes += size;
  }
  return chunks;
}

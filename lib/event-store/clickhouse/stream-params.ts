import type { QueryParams } from '../../clickhouse/clickhouse-connection.js';
import type { StreamId } from '../stream-id.js';

/** The parameters `tenants`, `types` and `ids` of the statements that name many streams. */
export function streamParams(streams: readonly StreamId[]): QueryParams {
  return {
    tenants: streams.map((stream) => stream.tenantId),
    types: streams.map((stream) => stream.aggregateType),
    ids: streams.map((stream) => stream.aggregateId),
  };
}

/** The same, one text for each parameter, to measure them. */
export function streamTexts({ tenantId, aggregateType, aggregateId }: StreamId): string[] {
  return [tenantId, aggregateType, aggregateId];
}

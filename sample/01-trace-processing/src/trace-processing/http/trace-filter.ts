import type { ProjectionFilter } from '@event-sourcing/nestjs';
import type { TraceQueryDto } from './trace-query.dto.js';

/** The conditions of a query as the projection's own. */
export function toTraceFilter(query: TraceQueryDto): ProjectionFilter {
  const { service, model, hasErrors, from, to, minDurationMs } = query;
  return {
    ...(service !== undefined && { services: { contains: service } }),
    ...(model !== undefined && { models: { contains: model } }),
    ...(hasErrors !== undefined && { errors: hasErrors ? { gt: 0 } : { equals: 0 } }),
    ...(minDurationMs !== undefined && { durationMs: { gte: minDurationMs } }),
    ...((from !== undefined || to !== undefined) && {
      startedAt: {
        ...(from !== undefined && { gte: from.getTime() }),
        ...(to !== undefined && { lt: to.getTime() }),
      },
    }),
  };
}

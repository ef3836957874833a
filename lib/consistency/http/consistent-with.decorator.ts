import { applyDecorators, SetMetadata, UseInterceptors } from '@nestjs/common';
import type { FoldReference, MapReference } from '../../projections/projection-class.js';
import type { TenantId } from '../../tenancy/tenant-id.js';
import { ConsistencyInterceptor } from './consistency.interceptor.js';
import { CONSISTENT_WITH } from './consistent-with.token.js';

/** A fold or a map, by its class or its name. @publicApi */
export type ProjectionReference = FoldReference<unknown> | MapReference<unknown>;

/** Options of `@ConsistentWith`. @publicApi */
export interface ConsistentWithOptions<R = never> {
  /** How long the request waits in all; milliseconds from 0. @default `commandTimeoutMs` of `forRoot()` */
  readonly timeoutMs?: number;
  /**
   * What a request is answered whose time is over: `refuse` with 503, the code `CONSISTENCY_TIMEOUT` and `Retry-After`, or
   * `read` what is there, with `Consistency-Status: timed-out`.
   *
   * @default 'refuse'
   */
  readonly whenLate?: 'refuse' | 'read';
  /** The tenant of the request; a token of another one is refused. @default that of the work at hand (`TenantContext`) */
  readonly tenantId?: (request: R) => TenantId | undefined;
}

/**
 * Lets a handler, or those of a controller, wait before they read, when the request has a header `Consistency-Token`, until
 * the projections have what it names:
 *
 *     @Get(':traceId')
 *     @ConsistentWith(TraceSummary, { timeoutMs: 2_000, whenLate: 'read' })
 *
 * A command that was rejected, failed or stored nothing is not waited for. A malformed token is answered with 400 and the
 * code `INVALID_CONSISTENCY_TOKEN`.
 *
 * @param projections one, or a list of those that the handler reads
 * @publicApi
 */
export function ConsistentWith<R = never>(
  projections: ProjectionReference | readonly ProjectionReference[],
  options: ConsistentWithOptions<R> = {},
): ClassDecorator & MethodDecorator {
  const awaited = typeof projections === 'object' ? projections : [projections];
  return applyDecorators(SetMetadata(CONSISTENT_WITH, { awaited, options }), UseInterceptors(ConsistencyInterceptor));
}

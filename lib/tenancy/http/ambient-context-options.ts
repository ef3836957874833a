import type { TenantId } from '../tenant-id.js';

/** Header from which the correlation of a request is taken, and in which the response says it. @publicApi */
export const CORRELATION_HEADER = 'X-Correlation-Id';

/**
 * Options of `AmbientContextInterceptor`.
 *
 * @typeParam R a request of the platform, after guards
 * @publicApi
 */
export interface AmbientContextOptions<R> {
  /** The tenant of a request, such as its guard has found it; a request without one has no context. */
  readonly tenantId: (request: R) => TenantId | undefined;
  /** The acting user, such as `request.user.id`; up to 512 bytes. @default nobody */
  readonly userId?: (request: R) => string | undefined;
  /** @default `X-Correlation-Id` */
  readonly correlationHeader?: string;
}

import type { TenantId } from './tenant-id.js';

/**
 * What follows a request through asynchronous calls, so that it need not be passed by hand.
 *
 * @publicApi
 */
export interface AmbientContext {
  readonly tenantId: TenantId;
  /** Id shared by everything that one outside request set in motion. */
  readonly correlationId?: string;
  /** Id of the command or event that directly caused what happens now. */
  readonly causationId?: string;
  /** The acting user. */
  readonly userId?: string;
  /** W3C trace context of the caller. */
  readonly traceparent?: string;
}

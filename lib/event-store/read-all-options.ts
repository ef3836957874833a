import type { TenantId } from '../tenancy/tenant-id.js';
import type { EventQuery } from './event-query.js';
import type { LogPosition } from './log-position.js';

/** Which events of a tenant are counted. @publicApi */
export interface CountQuery {
  readonly tenantId: TenantId;
  /** @default all events of the tenant */
  readonly query?: EventQuery;
  /** Only events recorded at or after this time. @default from the beginning */
  readonly since?: Date;
  /** Only events recorded at or before this time. @default to the end */
  readonly until?: Date;
}

/** @publicApi */
export interface ReadAllOptions extends CountQuery {
  /** Only events that stand after this position, whatever the direction. @default from the beginning */
  readonly after?: LogPosition;
  /** Only events that stand before this position, whatever the direction. @default to the end */
  readonly before?: LogPosition;
  /** Most events to return, at least 1. @default no limit */
  readonly limit?: number;
  /** @default 'forwards' */
  readonly direction?: 'forwards' | 'backwards';
}

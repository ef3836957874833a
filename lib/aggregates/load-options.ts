import type { TenantId } from '../tenancy/tenant-id.js';

/** Up to where a stream is meant: a sequence of it, or a time of recording; both inclusive. @publicApi */
export type StreamPoint =
  { readonly sequence: number; readonly time?: undefined } | { readonly time: Date; readonly sequence?: undefined };

/** @publicApi */
export interface LoadOptions {
  /** @default the tenant of the work at hand (`TenantContext`) */
  readonly tenantId?: TenantId;
  /** The state as it was then. What is decided on it conflicts with whatever came since. @default now */
  readonly at?: StreamPoint;
}

import type { TenantId } from '../tenancy/tenant-id.js';
import type { ProjectionListQuery } from './stores/projection-query.js';
import type { RecordQuery } from './stores/record-store.js';

/** @publicApi */
export interface TenantOption {
  /** @default the tenant of the work at hand (`TenantContext`) */
  readonly tenantId?: TenantId;
}

/** A page of a list, counted from 1. @publicApi */
export interface PageOption {
  /** From 1; the pages before it have 100,000 rows at most. */
  readonly number: number;
  /** Rows of a page; 1 to 1,000. @default 100 */
  readonly size?: number;
}

/** Which part of a list is wanted: a page, or `limit` and `offset`, not both. @publicApi */
export type ListPart =
  | { readonly page: PageOption; readonly limit?: undefined; readonly offset?: undefined }
  | (Pick<ProjectionListQuery, 'limit' | 'offset'> & { readonly page?: undefined });

/** @publicApi */
export type ListOptions = TenantOption & Pick<ProjectionListQuery, 'filter' | 'sort'> & ListPart;

/** @publicApi */
export type RecordsOptions = TenantOption & Pick<RecordQuery, 'after' | 'limit'>;

/** @publicApi */
export interface SkippedOptions extends TenantOption {
  /** Of a fold with a `key`: the type of the aggregate of which events were not routed to any key. @default those of a row */
  readonly aggregateType?: string;
}

/** A point in the life of one aggregate: just after a sequence, or at a time; one of the two. @publicApi */
export type PointInTime =
  | {
      /** The last event that counts; from 1. One that there is not yet means the last one. */
      readonly sequence: number;
      readonly time?: undefined;
    }
  | {
      /** Events recorded at or before this time count. */
      readonly time: Date;
      readonly sequence?: undefined;
    };

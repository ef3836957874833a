import type { TenantId } from '../../tenancy/tenant-id.js';
import type { RecordRow } from './record-row.js';

/** @publicApi */
export interface RecordQuery {
  readonly tenantId: TenantId;
  readonly projection: string;
  readonly version: number;
  readonly aggregateId: string;
  /** Only records of events after this sequence. @default 0 */
  readonly after?: number;
  /** 1 to 10,000. @default 1,000 */
  readonly limit?: number;
}

/** A part of one stream; both ends inclusive. */
export interface RecordRange extends Pick<RecordQuery, 'tenantId' | 'projection' | 'version' | 'aggregateId'> {
  readonly from: number;
  readonly to: number;
}

/** A map's progress on one stream. */
export interface RecordCount {
  readonly tenantId: TenantId;
  readonly aggregateId: string;
  /** Events with a row, those mapped to nothing included. */
  readonly count: number;
  /** Of the last of them. */
  readonly lastSequence: number;
}

/**
 * Keeps the records of map projections, one row an event: appending the same event again changes nothing.
 *
 * Every call refuses a missing or malformed tenant with `InvalidTenantError` and other bad arguments with
 * `InvalidArgumentError`. When the store cannot be reached it throws `StoreUnavailableError`; when it cannot be told
 * whether rows were appended, `SaveOutcomeUnknownError`. Any call may be repeated.
 *
 * @publicApi
 */
export abstract class RecordStore {
  /** Appends rows, idempotent by (tenant, projection, version, event id). */
  abstract append(rows: readonly RecordRow[]): Promise<void>;

  /** The records of one aggregate in the order of sequences, without those mapped to nothing. */
  abstract read(query: RecordQuery): Promise<readonly RecordRow[]>;

  /** How many events of a part of one stream have a row, those mapped to nothing included. */
  abstract count(range: RecordRange): Promise<number>;

  /**
   * How many events of each aggregate have a row, and which is the last of them, ordered by tenant and aggregate id as UTF-8 bytes, in bounded memory.
   *
   * @param tenantId absent for all tenants
   */
  abstract counts(projection: string, version: number, tenantId?: TenantId): AsyncIterable<RecordCount>;

  /**
   * Removes every record of a tenant, which must be quiet: what is saved meanwhile may stay. May be called again.
   *
   * @returns how many there were
   */
  abstract forget(tenantId: TenantId): Promise<number>;

  /**
   * Removes every record of one version of a projection, of all tenants. Nobody may write them any more: what is appended
   * meanwhile may stay. May be called again.
   *
   * @returns how many there were
   */
  abstract drop(projection: string, version: number): Promise<number>;
}

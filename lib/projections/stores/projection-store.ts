import type { TenantId } from '../../tenancy/tenant-id.js';
import type { ProjectionListQuery, ProjectionPage } from './projection-query.js';
import type { ProjectionKey, ProjectionRow } from './projection-row.js';

/** A projection's progress on one stream. */
export interface ProjectionSequence {
  readonly tenantId: TenantId;
  readonly id: string;
  readonly sequence: number;
}

/** Whether a text is the name of a projection, or what the names of several begin with. */
export type NameMatch = 'name' | 'prefix';

/**
 * Keeps the rows of fold projections.
 *
 * Monotone: after any order of saves, from any number of processes, a key holds the row with the highest sequence.
 * That is what lets folds count once without locks (see `projections/README.md`).
 *
 * Every call refuses a missing or malformed tenant with `InvalidTenantError` and other bad arguments with
 * `InvalidArgumentError`. When the store cannot be reached it throws `StoreUnavailableError`; when it cannot be told
 * whether rows were saved, `SaveOutcomeUnknownError`. Any call may be repeated.
 *
 * @publicApi
 */
export abstract class ProjectionStore {
  /** The rows of the keys, in their order; `null` where there is none. Deleted rows are returned with `state: null`. */
  abstract load(keys: readonly ProjectionKey[]): Promise<readonly (ProjectionRow | null)[]>;

  /** Saves rows; one with a sequence at or below the one that stands has no effect. */
  abstract save(rows: readonly ProjectionRow[]): Promise<void>;

  /** A filtered, sorted page of the rows of one tenant. */
  abstract list(query: ProjectionListQuery): Promise<ProjectionPage>;

  /**
   * Every row's sequence, deleted ones included, ordered by tenant and id as UTF-8 bytes, in bounded memory.
   *
   * @param tenantId absent for all tenants
   */
  abstract sequences(projection: string, version: number, tenantId?: TenantId): AsyncIterable<ProjectionSequence>;

  /**
   * Removes every row of a tenant, which must be quiet: what is saved meanwhile may stay. May be called again.
   *
   * @returns how many there were
   */
  abstract forget(tenantId: TenantId): Promise<number>;

  /**
   * Removes every row of one version of a projection, of all tenants. Nobody may write them any more: what is saved
   * meanwhile may stay. May be called again.
   *
   * @param match `prefix` to mean all projections whose names begin so @default 'name'
   * @returns how many there were
   */
  abstract drop(projection: string, version: number, match?: NameMatch): Promise<number>;
}

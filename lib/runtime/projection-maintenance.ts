import { Injectable } from '@nestjs/common';
import type { FoldReference, MapReference } from '../projections/projection-class.js';
import { createTenantId } from '../tenancy/create-tenant-id.js';
import type { TenantId } from '../tenancy/tenant-id.js';
import { BuildReports } from './builds/build-reports.js';
import type { ProjectionBuildStatus } from './builds/projection-build-status.js';
import { Reconciliation } from './reconciliation/reconciliation.js';
import type { RetiredVersion } from './retirement/retired-version.js';
import { VersionRetirement } from './retirement/version-retirement.js';

/** @publicApi */
export interface ReconcileOptions {
  /** Whose projections. @default all tenants */
  readonly tenantId?: TenantId;
}

/**
 * What operators do with projections. Injectable in every role.
 *
 * @publicApi
 */
@Injectable()
export class ProjectionMaintenance {
  constructor(
    private readonly reconciliation: Reconciliation,
    private readonly reports: BuildReports,
    private readonly retirement: VersionRetirement,
  ) {}

  /**
   * Compares every projection with the log, and stages what it lacks. It is done by itself at a start, and after the queue
   * or its server has lost its memory; by hand it heals what nobody could notice, such as rows that were removed. It reads
   * the heads of all streams, and how far every projection has come on them; it waits while too much waits already.
   *
   * Resolves when everything was staged, which workers then work off. What was staged already is neither counted nor
   * reacted to again.
   *
   * @returns how many streams were behind, each once for every projection that was behind on it
   * @throws InvalidTenantError
   * @throws StoreUnavailableError, QueueUnavailableError, LockUnavailableError; then some of it may be staged. Repeat it
   */
  async reconcile({ tenantId }: ReconcileOptions = {}): Promise<number> {
    return this.reconciliation.now(tenantId === undefined ? undefined : createTenantId(tenantId));
  }

  /**
   * How far the versions have come that are built from the log, or were, by projection and version: those of all
   * processes, and those that this one has and nobody has begun with.
   *
   * @throws StoreUnavailableError
   */
  builds(): Promise<readonly ProjectionBuildStatus[]> {
    return this.reports.list();
  }

  /**
   * Removes what is left of a version that no process runs any more: rows, records, links, skips, and what waits for it in
   * the queue. Another version is not touched. Do it when the release that has it is gone for good: a process that starts
   * with it later builds it anew, and reads are answered from the active version until then.
   *
   * May take long. May be repeated after any failure, and when a process of the old release came up meanwhile.
   *
   * @param projection its name, or the class of its present version
   * @returns what was removed
   * @throws InvalidArgumentError for a name or a version that is none
   * @throws VersionActiveError when reads are answered from it
   * @throws VersionInUseError when this process runs it, or a worker that was heard of lately
   * @throws UnknownProjectionError for a class that no module provides
   * @throws StoreUnavailableError, QueueUnavailableError; then some of it may be left. Repeat it
   */
  async retire(projection: FoldReference<unknown> | MapReference<unknown>, version: number): Promise<RetiredVersion> {
    return this.retirement.retire(projection, version);
  }
}

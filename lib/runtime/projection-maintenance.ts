import { Injectable } from '@nestjs/common';
import { createTenantId } from '../tenancy/create-tenant-id.js';
import type { TenantId } from '../tenancy/tenant-id.js';
import { Reconciliation } from './reconciliation/reconciliation.js';

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
  constructor(private readonly reconciliation: Reconciliation) {}

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
}

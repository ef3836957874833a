import * as runner from 'vitest';
import { afterAll, beforeAll, describe } from 'vitest';
import { SystemClock } from '../../lib/clock/system-clock.js';
import { LogMaintenance } from '../../lib/maintenance/log-maintenance.js';
import { FoldCache } from '../../lib/projections/fold-cache.js';
import type { GroupQueue } from '../../lib/queue/group-queue.js';
import { inProcessQueue } from '../../lib/queue/in-process/in-process-queue.adapter.js';
import type { StorageContext } from '../../lib/storage/storage.js';
import { contractCases } from '../../lib/testing/contract/contract-test.js';
import { createStorageContext } from '../support/storage-context.js';
import type { Adapter } from './known-differences.js';
import { differencesOf } from './known-differences.js';
import { exportAndImportCases } from './log-maintenance/export-and-import.cases.js';
import { forgetTenantCases } from './log-maintenance/forget-tenant.cases.js';
import type { OpenedStorage } from './log-maintenance/log-maintenance-cases.js';
import { retentionCases } from './log-maintenance/retention.cases.js';
import { verifyCases } from './log-maintenance/verify.cases.js';

/** What maintenance keeps on every backend. One serves all cases; each has tenants of its own. */
export function logMaintenanceSuite(adapter: Adapter, open: (context: StorageContext) => Promise<OpenedStorage>): void {
  describe(`LogMaintenance on ${adapter}`, () => {
    let context: StorageContext;
    let opened: OpenedStorage | undefined;
    let queue: GroupQueue;
    let maintenance: LogMaintenance;

    beforeAll(async () => {
      context = await createStorageContext();
      opened = await open(context);
      const clock = new SystemClock();
      queue = await inProcessQueue().open({ clock });
      maintenance = new LogMaintenance({
        storage: opened,
        queue,
        foldCache: new FoldCache(0, clock),
        serializer: context.serializer,
        clock,
      });
    });
    afterAll(async () => {
      await queue?.drain();
      await opened?.close();
    });

    contractCases(runner, differencesOf('log-maintenance', adapter), (test) => {
      const suite = {
        test,
        storage: () => opened!,
        queue: () => queue,
        maintenance: () => maintenance,
        context: () => context,
      };
      describe('verifyLog', () => verifyCases(suite));
      describe('exportLog and importLog', () => exportAndImportCases(suite));
      describe('applyRetention', () => retentionCases(suite));
      describe('forgetTenant', () => forgetTenantCases(suite));
    });
  });
}

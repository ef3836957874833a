import { SystemClock } from '../../clock/system-clock.js';
import { LogMaintenance } from '../../maintenance/log-maintenance.js';
import { FoldCache } from '../../projections/fold-cache.js';
import type { GroupQueue } from '../../queue/group-queue.js';
import { inProcessQueue } from '../../queue/in-process/in-process-queue.adapter.js';
import type { StorageContext } from '../../storage/storage.js';
import { contractCases, type SuiteOptions } from './contract-test.js';
import { createStorageContext } from './create-storage-context.js';
import { exportAndImportCases } from './log-maintenance/export-and-import.cases.js';
import { forgetTenantCases } from './log-maintenance/forget-tenant.cases.js';
import type { OpenedStorage } from './log-maintenance/log-maintenance-cases.js';
import { retentionCases } from './log-maintenance/retention.cases.js';
import { verifyCases } from './log-maintenance/verify.cases.js';
import { globalRunner } from './test-runner.js';

/**
 * What maintenance (`LogMaintenance`) keeps on every backend. One serves all cases; each has tenants of its own.
 *
 * @param adapter its name in the names of the cases
 * @param open called once; the context has the event classes of the cases
 * @throws InvalidArgumentError when there is no test runner
 * @publicApi
 */
export function logMaintenanceSuite(
  adapter: string,
  open: (context: StorageContext) => Promise<OpenedStorage>,
  { runner = globalRunner(), differences = {} }: SuiteOptions = {},
): void {
  const { describe, expect, beforeAll, afterAll } = runner;
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

    contractCases(runner, differences, (test) => {
      const suite = {
        expect,
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

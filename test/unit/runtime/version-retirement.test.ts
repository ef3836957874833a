import { expect, it } from 'vitest';
import { MemoryProjectionStore } from '../../../lib/projections/stores/memory/memory-projection-store.js';
import { MemoryRecordStore } from '../../../lib/projections/stores/memory/memory-record-store.js';
import { VersionRetirement, type VersionRetirementTools } from '../../../lib/runtime/retirement/version-retirement.js';
import { createTenantId } from '../../../lib/tenancy/create-tenant-id.js';
import { collect } from '../../support/collect.js';

const tenantId = createTenantId('acme');
/** All names under which rows of a fold stand beside its own. */
const NAMES = ['totals', '$skips:totals', '$gaps:totals', '$routes:totals:cart', '$skips:$routes:totals:cart'];

it('removes every row of the version, whatever stands beside the fold, and none of another', async () => {
  const projections = new MemoryProjectionStore();
  const row = { tenantId, id: 'a', sequence: 1, state: {}, updatedAt: 1 };
  for (const projection of NAMES) {
    for (const version of [1, 2]) await projections.save([{ ...row, projection, version }]);
  }
  const retirement = new VersionRetirement({
    pipelines: { folds: new Map(), maps: new Map() },
    registry: {},
    versions: { read: async () => [2] },
    queue: { forgetComponent: async () => 0, routes: { live: async () => ({ routes: [] }) } },
    storage: { log: { drop: async () => 0 }, projections, records: new MemoryRecordStore() },
    ledger: { remove: async () => {} },
  } as unknown as VersionRetirementTools);
  expect(await retirement.retire('totals', 1)).toEqual({ jobs: 0, rows: 1, records: 0 });
  for (const projection of NAMES) {
    expect(await collect(projections.sequences(projection, 1)), projection).toEqual([]);
    expect(await collect(projections.sequences(projection, 2)), projection).toHaveLength(1);
  }
});

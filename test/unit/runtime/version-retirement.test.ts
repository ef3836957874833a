import { expect, it } from 'vitest';
import { MemoryProjectionStore } from '../../../lib/projections/stores/memory/memory-projection-store.js';
import { MemoryRecordStore } from '../../../lib/projections/stores/memory/memory-record-store.js';
import { VersionRetirement, type VersionRetirementTools } from '../../../lib/runtime/retirement/version-retirement.js';
import { createTenantId } from '../../../lib/tenancy/create-tenant-id.js';
import { collect } from '../../support/collect.js';

const tenantId = createTenantId('acme');
/** All names under which rows of a fold stand beside its own. */
const NAMES = ['totals', '$skips:totals', '$gaps:totals', '$routes:totals:cart', '$skips:$routes:totals:cart'];
/** Of a durable reactor. */
const CURSORS = ['$reactors:tell', '$skips:$reactors:tell'];

/** Retires version 1, with rows of these names in versions 1 and 2, and says which names have any in which left. */
async function rowsLeft(names: readonly string[], reactors: readonly object[] = []): Promise<Record<string, number[]>> {
  const projections = new MemoryProjectionStore();
  const row = { tenantId, id: 'a', sequence: 1, state: {}, updatedAt: 1 };
  for (const projection of names) {
    for (const version of [1, 2]) await projections.save([{ ...row, projection, version }]);
  }
  const retirement = new VersionRetirement({
    pipelines: {
      folds: new Map(),
      maps: new Map(),
      reactors: new Map(reactors.map((reactor) => [reactor, reactor])),
    },
    registry: {},
    versions: { read: async () => [2] },
    queue: { forgetComponent: async () => 0, routes: { live: async () => ({ routes: [] }) } },
    storage: { log: { drop: async () => 0 }, projections, records: new MemoryRecordStore() },
    ledger: { remove: async () => {} },
  } as unknown as VersionRetirementTools);
  const rows = names.includes('totals') ? 1 : 0;
  expect(await retirement.retire('totals', 1)).toEqual({ jobs: 0, rows, records: 0 });
  const left: Record<string, number[]> = {};
  for (const name of names) {
    const versions = await Promise.all([1, 2].map((version) => collect(projections.sequences(name, version))));
    left[name] = versions.flatMap((found, index) => found.map(() => index + 1));
  }
  return left;
}

const only = (names: readonly string[], versions: readonly number[]): object =>
  Object.fromEntries(names.map((name) => [name, versions]));

it('removes every row of the version, whatever stands beside the fold, and none of another', async () => {
  expect(await rowsLeft(NAMES)).toEqual(only(NAMES, [2]));
});

it('removes the cursors of durable reactors on its links, and none that they go by today, nor of others', async () => {
  const tell = (fold: object): object => ({ name: 'tell', fold });
  const onLinks = tell({ name: 'totals', aggregateType: '$links:totals@2' });
  expect(await rowsLeft(CURSORS, [onLinks])).toEqual(only(CURSORS, [2]));
  // The stream of an aggregate has the same cursors in all versions.
  const onAggregates = tell({ name: 'totals', aggregateType: 'counter' });
  expect(await rowsLeft(CURSORS, [onAggregates])).toEqual(only(CURSORS, [1, 2]));
  const ofAnother = tell({ name: 'sums', aggregateType: '$links:sums@2' });
  expect(await rowsLeft(CURSORS, [ofAnother])).toEqual(only(CURSORS, [1, 2]));
});

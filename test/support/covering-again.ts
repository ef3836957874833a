import type { StorageAdapter } from '../../lib/index.js';
import { batchAtHand } from './batch-at-hand.js';
import { coveringAgainRows } from './covering-again-rows.js';
import { overriding } from './overriding.js';

/**
 * A storage that says of every row that it covers nothing of the jobs at hand, so that folds apply what it does cover
 * again: as if they did not look at sequences.
 */
export function coveringAgain(adapter: StorageAdapter): StorageAdapter {
  return {
    ...adapter,
    open: async (context) => {
      const storage = await adapter.open(context);
      const { projections } = storage;
      return overriding(storage, {
        projections: overriding(projections, {
          load: async (keys) => {
            const rows = await projections.load(keys);
            const batch = batchAtHand.getStore();
            return batch?.lane.kind === 'fold' ? coveringAgainRows(rows, batch) : rows;
          },
        }),
      });
    },
  };
}

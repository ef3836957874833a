import type { ProjectionRow, StorageAdapter } from '../../lib/index.js';
import { batchAtHand } from './batch-at-hand.js';
import type { CrashPoints } from './crash-points.js';
import { overriding } from './overriding.js';

/**
 * A storage whose calls are points named by the kind of the lane at work, such as `fold: after save`. What a build of a
 * version saves are `build: before save` of rows, `before record` of how far it has come, and `before flip` of the pointer.
 */
export function crashingStorage(adapter: StorageAdapter, points: CrashPoints): StorageAdapter {
  const around = async <T>(what: string, call: () => Promise<T>, without = 'caller'): Promise<T> => {
    const kind = batchAtHand.getStore()?.lane.kind ?? without;
    points.pass(`${kind}: before ${what}`);
    const result = await call();
    points.pass(`${kind}: after ${what}`);
    return result;
  };
  return {
    ...adapter,
    open: async (context) => {
      const storage = await adapter.open(context);
      const { events, projections, records } = storage;
      return overriding(storage, {
        events: overriding(events, {
          append: (...args) => around('append', () => events.append(...args)),
        }),
        projections: overriding(projections, {
          load: (keys) => around('load', () => projections.load(keys)),
          save: (rows) => around(savedAs(rows), () => projections.save(rows), 'build'),
        }),
        records: overriding(records, {
          append: (rows) => around('append', () => records.append(rows)),
        }),
      });
    },
  };
}

function savedAs([row]: readonly ProjectionRow[]): string {
  switch (row?.projection) {
    case '$versions':
      return 'flip';
    case '$builds':
      return 'record';
    default:
      return row?.projection.startsWith('$') && !batchAtHand.getStore() ? 'note' : 'save';
  }
}

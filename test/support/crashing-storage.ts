import type { StorageAdapter } from '../../lib/index.js';
import { batchAtHand } from './batch-at-hand.js';
import type { CrashPoints } from './crash-points.js';
import { overriding } from './overriding.js';

/** A storage whose calls are points named by the kind of the lane at work, such as `fold: after save`. */
export function crashingStorage(adapter: StorageAdapter, points: CrashPoints): StorageAdapter {
  const around = async <T>(what: string, call: () => Promise<T>): Promise<T> => {
    const kind = batchAtHand.getStore()?.lane.kind ?? 'caller';
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
          save: (rows) => around('save', () => projections.save(rows)),
        }),
        records: overriding(records, {
          append: (rows) => around('append', () => records.append(rows)),
        }),
      });
    },
  };
}

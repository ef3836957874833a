import type { StorageAdapter } from '../../../lib/index.js';
import { cursorsName } from '../../../lib/reactors/reactor-cursor.js';
import { overriding } from '../../support/overriding.js';
import { type Effects, TAKE_DURABLY } from './effects.js';

const CURSORS = cursorsName({ name: TAKE_DURABLY });

/** A storage that writes down when a cursor of the durable reactor is asked for, and when one stands on record. */
export function notingCursors(adapter: StorageAdapter, effects: Effects): StorageAdapter {
  return {
    ...adapter,
    open: async (context) => {
      const storage = await adapter.open(context);
      const { projections } = storage;
      return overriding(storage, {
        projections: overriding(projections, {
          load: async (keys) => {
            if (keys.some(({ projection }) => projection === CURSORS)) effects.asking();
            return projections.load(keys);
          },
          save: async (rows) => {
            await projections.save(rows);
            for (const row of rows) if (row.projection === CURSORS) effects.kept(row);
          },
        }),
      });
    },
  };
}

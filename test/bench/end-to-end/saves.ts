import type { StorageAdapter } from '../../../lib/index.js';
import type { ProjectionRow } from '../../../lib/projections/stores/projection-row.js';

/** Notes which events the rows cover that were saved, and how long that took from when they were recorded. */
export class Saves {
  private readonly covered = new Map<string, number>();
  private readonly durations: number[] = [];
  private total = 0;
  private waiting: { readonly total: number; readonly resolve: () => void } | undefined;

  note(rows: readonly ProjectionRow[]): void {
    const now = Date.now();
    for (const { id, sequence, updatedAt } of rows) {
      const before = this.covered.get(id) ?? 0;
      if (sequence <= before) continue;
      this.covered.set(id, sequence);
      this.total += sequence - before;
      this.durations.push(now - updatedAt);
    }
    if (this.waiting && this.total >= this.waiting.total) this.waiting.resolve();
  }

  /** Resolves when the rows cover so many events, all together and ever since. */
  reach(total: number): Promise<void> {
    if (this.total >= total) return Promise.resolve();
    return new Promise((resolve) => (this.waiting = { total, resolve }));
  }

  /** Milliseconds from recorded to saved, of each save since the last call. */
  takeDurations(): readonly number[] {
    return this.durations.splice(0);
  }
}

/** Tells of each row of a projection once its save has ended. */
export function watchingSaves(adapter: StorageAdapter, projection: string, saves: Saves): StorageAdapter {
  return {
    ...adapter,
    open: async (context) => {
      const storage = await adapter.open(context);
      const save = storage.projections.save.bind(storage.projections);
      storage.projections.save = async (rows) => {
        await save(rows);
        saves.note(rows.filter((row) => row.projection === projection));
      };
      return storage;
    },
  };
}

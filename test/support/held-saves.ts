import type { ProjectionRow, ProjectionStore, StorageAdapter } from '../../lib/index.js';
import { gate } from './gate.js';
import { overriding } from './overriding.js';

interface HeldSave {
  /** Once the save is there, and stands still. */
  readonly reached: Promise<void>;
  letGo(): void;
}

/** Lets single saves of projection rows stand still, or fail, where a test wants it. */
export class HeldSaves {
  private wanted:
    { isMeant(row: ProjectionRow): boolean; meet(): Promise<void>; afterwards?(): Promise<void> } | undefined;

  /** Of the next row that is meant. All saves after it pass. @param afterwards once it is saved, before it returns */
  holdNext(isMeant: (row: ProjectionRow) => boolean, afterwards?: () => Promise<void>): HeldSave {
    const [arrived, go] = [gate(), gate()];
    const meet = async (): Promise<void> => {
      arrived.open();
      await go.opened;
    };
    this.wanted = { isMeant, meet, afterwards };
    return { reached: arrived.opened, letGo: go.open };
  }

  failNext(isMeant: (row: ProjectionRow) => boolean, error: Error): void {
    this.wanted = { isMeant, meet: () => Promise.reject(error) };
  }

  storage(adapter: StorageAdapter): StorageAdapter {
    return overriding(adapter, {
      open: async (context) => {
        const storage = await adapter.open(context);
        return overriding(storage, { projections: this.store(storage.projections) });
      },
    });
  }

  store(projections: ProjectionStore): ProjectionStore {
    return overriding(projections, {
      save: async (rows) => {
        const { wanted } = this;
        if (!wanted || !rows.some(wanted.isMeant)) return projections.save(rows);
        this.wanted = undefined;
        await wanted.meet();
        await projections.save(rows);
        await wanted.afterwards?.();
      },
    });
  }
}

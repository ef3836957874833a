import { randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** How often each projection was to be built anew, by its name: `rebuilds` of `forRoot()`. */
export type RebuildCounts = Readonly<Record<string, number>>;

/** Keeps them in a file. */
export const RebuildCounts = {
  read(path: string): RebuildCounts {
    try {
      return JSON.parse(readFileSync(path, 'utf8')) as RebuildCounts;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
      throw new Error(`${path} cannot be read: restore it, since projections have their versions from it.`, {
        cause: error,
      });
    }
  },

  /** Takes effect at the next start. */
  raise(path: string, projections: readonly string[]): void {
    const counts = RebuildCounts.read(path);
    const raised = projections.map((name): [string, number] => [name, (counts[name] ?? 0) + 1]);
    mkdirSync(dirname(path), { recursive: true });
    // Whole or not at all, whenever this process ends.
    const temporary = `${path}.${randomUUID()}`;
    writeFileSync(temporary, JSON.stringify({ ...counts, ...Object.fromEntries(raised) }));
    renameSync(temporary, path);
  },
};

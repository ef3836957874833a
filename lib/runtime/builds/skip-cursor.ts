import type { FoldDefinition } from '../../projections/fold-definition.js';
import { readSkips, skipsKey } from '../../projections/fold-skips.js';
import type { ProjectionKey } from '../../projections/stores/projection-row.js';
import type { ProjectionSequence, ProjectionStore } from '../../projections/stores/projection-store.js';
import { compareText } from '../../tenancy/compare-text.js';

const NONE: ReadonlySet<number> = new Set();

/** What operators skipped of the streams of a fold, asked for in the order of the log: one walk over few rows. */
export class SkipCursor {
  private readonly streams: AsyncIterator<ProjectionSequence>;
  /** `null` at the end. */
  private head: ProjectionSequence | null | undefined;

  constructor(
    { name, version }: FoldDefinition,
    private readonly projections: ProjectionStore,
  ) {
    const { projection } = skipsKey({ projection: name } as ProjectionKey);
    this.streams = projections.sequences(projection, version)[Symbol.asyncIterator]();
  }

  /** The sequences that are skipped of the stream that a row is the fold of. */
  async of(key: ProjectionKey): Promise<ReadonlySet<number>> {
    while (this.head !== null && (this.head === undefined || order(this.head, key) < 0)) {
      const { done, value } = await this.streams.next();
      this.head = done ? null : value;
    }
    if (this.head === null || order(this.head, key) > 0) return NONE;
    const [row] = await this.projections.load([skipsKey(key)]);
    return new Set(readSkips(row).map(({ sequence }) => sequence));
  }

  async close(): Promise<void> {
    await this.streams.return?.();
  }
}

function order(one: ProjectionSequence, other: ProjectionKey): number {
  return compareText(one.tenantId, other.tenantId) || compareText(one.id, other.id);
}

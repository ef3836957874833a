import type { EventSerializer } from '../../events/event-serializer.js';
import { type LogRow, toStoredEvent } from '../../event-store/log-row.js';
import type { FoldCaller } from '../../projections/fold-caller.js';
import { FoldProgress } from '../../projections/fold-progress.js';
import type { FoldState } from '../../projections/fold-state.js';
import type { ProjectionKey } from '../../projections/stores/projection-row.js';

export interface FoldStreamTools {
  readonly serializer: EventSerializer;
  readonly caller: FoldCaller;
  readonly key: ProjectionKey;
  /** What was recorded from this time on is left to the lane, which tells the reactors of it; milliseconds since the epoch. */
  readonly before: number;
  /** Sequences that an operator skipped. */
  readonly skipped: ReadonlySet<number>;
}

/**
 * One stream on its way to its row. It ends before the first event that reactors must hear of, and where the fold fails;
 * what comes then is the lane's.
 */
export class FoldStream {
  /** The last sequence that it was given. */
  last: number;
  /** Events since the row was last taken out. */
  sinceSaved = 0;
  /** Whether the fold failed. */
  failed = false;
  private readonly progress: FoldProgress;
  private ended = false;

  /** @param state where to begin */
  constructor(
    private readonly tools: FoldStreamTools,
    private readonly state: FoldState,
  ) {
    this.progress = new FoldProgress(tools.caller, state);
    this.last = state.sequence;
  }

  get key(): ProjectionKey {
    return this.tools.key;
  }

  /** Where its row stood at the beginning. */
  get from(): number {
    return this.state.sequence;
  }

  /** Whether there is more in it than in the row that it began with. */
  get hasMoved(): boolean {
    return this.progress.sequence > this.state.sequence;
  }

  take(rows: readonly LogRow[]): void {
    this.last = rows.at(-1)!.sequence;
    for (const row of rows) {
      if (this.ended) return;
      this.takeOne(row);
    }
  }

  /** @param encode turns a state that an event of the type led to into JSON text */
  toFoldState(encode: (type: string, state: unknown) => string): FoldState {
    this.sinceSaved = 0;
    return this.progress.toFoldState(encode);
  }

  fail(): void {
    this.failed = true;
    this.ended = true;
  }

  private takeOne(row: LogRow): void {
    const { before, skipped, serializer } = this.tools;
    const { sequence } = row;
    if (row.recordedAt >= before) {
      this.ended = true;
    } else if (skipped.has(sequence)) {
      // It may be skipped because it cannot be read at all.
      this.progress.cover(sequence);
    } else {
      try {
        this.progress.apply({ sequence, event: serializer.deserialize(toStoredEvent(row)) });
        this.sinceSaved += 1;
      } catch {
        this.fail();
      }
    }
  }
}

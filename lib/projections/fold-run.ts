import type { RecordedEvent } from '../events/recorded-event.js';
import type { FoldDefinition } from './fold-definition.js';
import type { FoldHandler } from './fold-handler.js';
import { FoldProgress } from './fold-progress.js';
import type { ProjectionKey, ProjectionRow } from './stores/projection-row.js';
import type { ProjectionStore } from './stores/projection-store.js';

const DEFAULT_MAX_EVENTS = 500;

/**
 * Takes one row forward, and saves it after every so many events, so that a long way is not begun anew when it is
 * interrupted: a row in between is as right as the last one.
 */
export class FoldRun {
  private progress: FoldProgress;
  private sinceSaved: RecordedEvent[] = [];

  /** @param saved the row as it stands */
  constructor(
    private readonly fold: FoldDefinition,
    private readonly handler: FoldHandler<unknown>,
    private readonly key: ProjectionKey,
    private saved: ProjectionRow | null,
    private readonly projections: ProjectionStore,
  ) {
    this.progress = new FoldProgress(fold, handler, saved);
  }

  get sequence(): number {
    return this.progress.sequence;
  }

  /** @throws whatever the handler throws; what came before the event is kept */
  async apply(event: RecordedEvent): Promise<void> {
    try {
      this.progress.apply(event);
    } catch (error) {
      this.goBack();
      throw error;
    }
    this.sinceSaved.push(event);
    if (this.sinceSaved.length >= (this.fold.options.maxBatchEvents ?? DEFAULT_MAX_EVENTS)) await this.save();
  }

  /** Counts sequences without listed events as covered. */
  cover(sequence: number): void {
    this.progress.cover(sequence);
  }

  async save(): Promise<void> {
    const { sequence, updatedAt } = this.progress;
    if (sequence <= (this.saved?.sequence ?? 0)) return;
    const row: ProjectionRow = { ...this.key, sequence, updatedAt, state: this.progress.toState() };
    await this.projections.save([row]);
    this.saved = row;
    this.sinceSaved = [];
  }

  /** The failed call may have changed its input halfway, so the state before it is made anew. */
  private goBack(): void {
    const { sequence } = this.progress;
    this.progress = new FoldProgress(this.fold, this.handler, this.saved);
    for (const event of this.sinceSaved) this.progress.apply(event);
    // What was covered past the last applied event has jobs that count as done.
    this.progress.cover(sequence);
  }
}

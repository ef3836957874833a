import type { FoldCaller } from './fold-caller.js';
import type { FoldDefinition } from './fold-definition.js';
import type { FoldInput } from './fold-input.js';
import { FoldProgress } from './fold-progress.js';
import { encodeState, type FoldState } from './fold-state.js';
import type { ProjectionKey } from './stores/projection-row.js';
import type { ProjectionStore } from './stores/projection-store.js';

const DEFAULT_MAX_EVENTS = 500;

/**
 * Takes one row forward, and saves it after every so many events, so that a long way is not begun anew when it is
 * interrupted: a row in between is as right as the last one.
 */
export class FoldRun {
  private progress: FoldProgress;
  private sinceSaved: FoldInput[] = [];

  /** @param state the row as it stands, or as it once stood */
  constructor(
    private readonly fold: FoldDefinition,
    private readonly caller: FoldCaller,
    private readonly key: ProjectionKey,
    private state: FoldState,
    private readonly projections: ProjectionStore,
  ) {
    this.progress = new FoldProgress(caller, state);
  }

  get sequence(): number {
    return this.progress.sequence;
  }

  /** The row as it was saved last, or as the run began with it. */
  get saved(): FoldState {
    return this.state;
  }

  /** How many events may be applied before it is time for `saveInBetween`. */
  get room(): number {
    return (this.fold.options.maxBatchEvents ?? DEFAULT_MAX_EVENTS) - this.sinceSaved.length;
  }

  /** @throws whatever the handler throws; what came before the event is kept */
  apply(input: FoldInput): void {
    try {
      this.progress.apply(input);
    } catch (error) {
      this.goBackBefore(input);
      throw error;
    }
    this.sinceSaved.push(input);
  }

  /** @throws what `check` gives */
  async saveInBetween(): Promise<void> {
    const refused = this.check();
    if (refused) throw refused.error;
    await this.save();
  }

  /** Counts sequences without listed events as covered. */
  cover(sequence: number): void {
    this.progress.cover(sequence);
  }

  /** Takes the first event back whose state no row can hold, with all that came after it, and says why. */
  check(): { readonly error: unknown } | undefined {
    try {
      this.encoded();
      return undefined;
    } catch {
      return this.goBackToGood();
    }
  }

  /** Whether there is something to save. */
  get isAhead(): boolean {
    return this.progress.sequence > this.state.sequence;
  }

  /** Call `check` first, and only when it `isAhead`. */
  async save(): Promise<void> {
    const next = this.encoded();
    const { sequence, updatedAt, json } = next;
    await this.projections.save([{ ...this.key, sequence, updatedAt, state: JSON.parse(json) }]);
    this.state = next;
    this.sinceSaved = [];
  }

  private encoded(): FoldState {
    return this.progress.toFoldState((type, state) => encodeState(this.fold, this.key, type, state));
  }

  private goBackToGood(): { readonly error: unknown } | undefined {
    const inputs = this.sinceSaved;
    this.progress = new FoldProgress(this.caller, this.state);
    for (const [index, input] of inputs.entries()) {
      try {
        this.progress.apply(input);
        this.encoded();
      } catch (error) {
        this.sinceSaved = inputs.slice(0, index);
        this.goBackBefore(input);
        return { error };
      }
    }
    return undefined;
  }

  /** The failed call may have changed its input halfway, so the state before it is made anew. */
  private goBackBefore({ sequence }: FoldInput): void {
    this.progress = new FoldProgress(this.caller, this.state);
    for (const applied of this.sinceSaved) this.progress.apply(applied);
    // Events come without gaps: what lies between them is covered, and its jobs may count as done.
    this.progress.cover(sequence - 1);
  }
}

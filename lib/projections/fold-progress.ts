import type { FoldCaller } from './fold-caller.js';
import type { FoldInput } from './fold-input.js';
import type { FoldState } from './fold-state.js';

/** A fold's state on its way from one row to the next. */
export class FoldProgress {
  sequence: number;
  updatedAt: number;
  private state: unknown;
  private lastType = '';
  /** The state as JSON text, once somebody asked for it. */
  private json: string | undefined;

  /** @param from stays as it is, whatever the handler does to its input */
  constructor(
    private readonly caller: FoldCaller,
    from: FoldState,
  ) {
    this.sequence = from.sequence;
    this.updatedAt = from.updatedAt;
    this.json = from.json;
    this.state = JSON.parse(from.json);
  }

  apply({ sequence, event }: FoldInput): void {
    this.state = this.caller.apply(this.state ?? this.caller.init(event), event);
    this.json = undefined;
    this.lastType = event.type;
    this.sequence = sequence;
    // Events of several aggregates do not come in the order of their times.
    this.updatedAt = Math.max(this.updatedAt, event.recordedAt.getTime());
  }

  /** Counts sequences without listed events as covered. */
  cover(sequence: number): void {
    this.sequence = Math.max(this.sequence, sequence);
  }

  /** @param encode turns a state that an event of the type led to into JSON text */
  toFoldState(encode: (type: string, state: unknown) => string): FoldState {
    this.json ??= encode(this.lastType, this.state);
    return { sequence: this.sequence, updatedAt: this.updatedAt, json: this.json };
  }
}

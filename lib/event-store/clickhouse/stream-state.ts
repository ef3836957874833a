/** The sequences that one append with a key has taken. */
export interface KeyRange {
  readonly first: number;
  readonly last: number;
}

/** What the arbiter knows of one stream: only what the log is known to hold. */
export interface StreamState {
  /** Last sequence, 0 without events. */
  head: number;
  /** Time of the latest event in milliseconds since the epoch, 0 without events. */
  recordedAt: number;
  /** Known keys in the order of their appends. */
  readonly keys: Map<string, KeyRange>;
  /** False when the log may know keys that are missing here. */
  complete: boolean;
}

/** Forgets the oldest keys beyond the bound; from then on an unknown key must be looked up in the log. */
export function boundKeys(state: StreamState, maxKeys: number): void {
  for (const key of state.keys.keys()) {
    if (state.keys.size <= maxKeys) return;
    state.keys.delete(key);
    state.complete = false;
  }
}

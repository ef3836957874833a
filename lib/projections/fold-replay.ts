import type { EventStore } from '../event-store/event-store.js';
import type { JsonValue } from '../events/json-value.js';
import { UndecodableEventError } from '../events/undecodable-event.error.js';
import { FoldCaller } from './fold-caller.js';
import type { FoldDefinition } from './fold-definition.js';
import type { FoldedStream, FoldEvents } from './fold-events.js';
import { FoldProgress } from './fold-progress.js';
import { readSkips, skipsKey } from './fold-skips.js';
import { HistoryGoneError } from './history-gone.error.js';
import { encodeState, type FoldState, NO_STATE, toFoldState } from './fold-state.js';
import type { ProjectionKey } from './stores/projection-row.js';
import type { ProjectionStore } from './stores/projection-store.js';

/** Up to where a stream is folded; without anything, to its head. */
export interface ReplayBound {
  /** The last sequence that counts, at least 0. */
  readonly sequence?: number;
  /** Only what was recorded at or before this time counts. */
  readonly until?: Date;
  /** Refuses a stream of which retention has removed events that the state came of. @default folds those that are left */
  readonly whole?: boolean;
  /** Ends the replay. */
  readonly signal?: AbortSignal;
}

/** What a row would be whose sequence is this one. */
export interface ReplayedState {
  /** `null` when there is none, or it was deleted. */
  readonly state: JsonValue;
  /** The state is the fold of the events 1 to this sequence; 0 before the first. Never past `ReplayBound.sequence`. */
  readonly sequence: number;
  /** When the last event that the fold lists was recorded; milliseconds since the epoch, 0 without any. */
  readonly updatedAt: number;
}

/**
 * Folds one stream from the log, in memory, as every worker would: with the same events, the same skips and the same
 * checks, so that the answer is what a row of this version is, was, or will be. Saves nothing.
 *
 * It begins at the row where that one is not past the bound, since every row is the fold of a beginning of the stream.
 */
export class FoldReplay {
  constructor(
    private readonly store: EventStore,
    private readonly events: FoldEvents,
    private readonly projections: ProjectionStore,
  ) {}

  /** @throws whatever the handler throws, InvalidProjectionResultError, StateTooLargeError, StoreUnavailableError */
  async replay(
    fold: FoldDefinition,
    { tenantId, id }: FoldedStream,
    { sequence = Number.POSITIVE_INFINITY, until, whole = false, signal }: ReplayBound = {},
  ): Promise<ReplayedState> {
    const key: ProjectionKey = { tenantId, projection: fold.name, version: fold.version, id };
    const [row, skips] = await this.projections.load([key, skipsKey(key)]);
    const stored = toFoldState(row);
    const beyond = stored.sequence > sequence || (until !== undefined && stored.updatedAt > until.getTime());
    const beginning = beyond ? NO_STATE : stored;
    const skipped = new Set(readSkips(skips).map((skip) => skip.sequence));
    // Before the events are read, so that all of them up to here are.
    const to = until ? sequence : Math.min(sequence, await this.head(fold, { tenantId, id }));
    if (whole && to > 0 && beginning.sequence === 0 && (await this.begins(fold, { tenantId, id })) > 1) {
      throw new HistoryGoneError(fold.component, { tenantId, id });
    }
    const progress = new FoldProgress(new FoldCaller(fold, await fold.handler.resolve(), key), beginning);
    if (to > beginning.sequence) {
      const range = { from: beginning.sequence + 1, to, until, whole };
      for await (const input of this.events.read(fold, { tenantId, id }, range, skipped)) {
        signal?.throwIfAborted();
        progress.apply(input);
      }
      if (!until) progress.cover(to);
    }
    return toReplayed(progress.toFoldState((type, state) => encodeState(fold, key, type, state)));
  }

  /** The first sequence that is left of a stream; past its head when none is. */
  private async begins(
    { aggregateType }: FoldDefinition,
    { tenantId, id: aggregateId }: FoldedStream,
  ): Promise<number> {
    const stream = { tenantId, aggregateType, aggregateId };
    try {
      for await (const { sequence } of this.store.read(stream, { limit: 1 })) return sequence;
    } catch (error) {
      if (!(error instanceof UndecodableEventError)) throw error;
      return error.sequence;
    }
    return (await this.store.head(stream)) + 1;
  }

  private head({ aggregateType }: FoldDefinition, { tenantId, id: aggregateId }: FoldedStream): Promise<number> {
    return this.store.head({ tenantId, aggregateType, aggregateId });
  }
}

function toReplayed({ json, sequence, updatedAt }: FoldState): ReplayedState {
  return { state: JSON.parse(json) as JsonValue, sequence, updatedAt };
}

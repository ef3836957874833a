import type { LogPlace } from '../../event-store/log-row.js';
import type { StreamSlice } from './stream-slices.js';

/** What is ready to be saved. */
export interface BuiltBatch {
  /** Everything up to here is in this batch, or in one before it. */
  readonly place: LogPlace;
  /** May be repeated. */
  save(): Promise<void>;
}

/** Turns the log, read stream by stream, into what a projection keeps. One for each reading. */
export interface ProjectionBuilder {
  /** Whether it is time for `cut`. */
  readonly isFull: boolean;

  /**
   * Call it first.
   *
   * @param place up to where everything is saved; absent at the beginning
   * @returns behind which place to read
   */
  begin(place: LogPlace | undefined): Promise<LogPlace | undefined>;

  /** Takes what comes next; true when all that it was given so far is ready to be saved. */
  take(slice: StreamSlice): Promise<boolean>;

  /** Takes out what is ready to be saved. */
  cut(): BuiltBatch;

  /** Call it last, whatever happened. */
  end(): Promise<void>;
}

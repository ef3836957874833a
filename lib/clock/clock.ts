/**
 * Source of time, injected so that tests own it.
 *
 * @publicApi
 */
export abstract class Clock {
  /** Wall clock time in milliseconds since the epoch. */
  abstract now(): number;

  /** Calls `task` once after `delayMs`, and returns a function that calls it off. Pending tasks do not keep the process alive. */
  abstract schedule(delayMs: number, task: () => void): () => void;
}

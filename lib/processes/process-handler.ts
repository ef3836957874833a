/**
 * Decides what a process does next. Its methods are marked with `@On`, `@OnWakeUp` and `@OnRejection`; each gets a copy of
 * the state, what has happened, and a `ProcessContext`, and returns the next state at once, or `null` to end the process.
 * It does nothing itself: what it sends and schedules is put on record together with the state, and done after that.
 *
 * @typeParam S the state: a JSON value
 * @publicApi
 */
export interface ProcessHandler<S> {
  /** The state before the first event, and before the first after the process has ended. */
  initialState(): S;
}

import type { SnapshotOptions } from './snapshot-options.js';

/**
 * An aggregate as three pure functions, for `AggregateRepository.decide()`.
 *
 * @typeParam C its commands
 * @typeParam E its events, instances of `@DomainEvent` classes
 * @typeParam S its state: a JSON value where snapshots are kept
 * @publicApi
 */
export interface Decider<C, E extends object, S> {
  /** The aggregate type of its pipeline's `forFeature()`. */
  readonly aggregateType: string;
  /** Keeps the state, so that a decision need not read all events. @default none */
  readonly snapshot?: SnapshotOptions<S> & {
    /** Tells the snapshots of two deciders of one aggregate type apart. @default 'decider' */
    readonly name?: string;
  };
  /** Before the first event. */
  initialState(): S;
  /**
   * What a command leads to; nothing when it changes nothing.
   *
   * @throws CommandRejectedError when a business rule says no
   */
  decide(command: C, state: S): readonly E[];
  /** The state after an event; it must not change the given one. */
  evolve(state: S, event: E): S;
}

import type { Decider } from '../aggregates/decider.js';
import { asRead } from '../aggregates/as-read.js';
import { Expectation, outcomeOf } from './specification.js';

/** @publicApi */
export interface DeciderGiven<C, E extends object, S> {
  /** What has happened already. */
  given(...events: readonly E[]): { when(command: C): Expectation<S> };
}

/**
 * Given, when, then for a decider:
 *
 * ```ts
 * specifyDecider(accountDecider).given(AccountOpened.of(100)).when({ type: 'withdraw', amount: 30 }).thenEvents(MoneyWithdrawn.of(30));
 * ```
 *
 * @publicApi
 */
export function specifyDecider<C, E extends object, S>(decider: Decider<C, E, S>): DeciderGiven<C, E, S> {
  const evolve = (state: S, events: readonly E[]): S =>
    events.reduce((before, event) => decider.evolve(before, asRead(event)), state);
  return {
    given: (...given) => ({
      when: (command) =>
        new Expectation(
          outcomeOf(() => {
            const state = evolve(decider.initialState(), given);
            const events = decider.decide(command, state);
            return { events, state: evolve(state, events) };
          }),
        ),
    }),
  };
}

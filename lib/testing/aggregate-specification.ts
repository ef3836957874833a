import type { AggregateClass } from '../aggregates/aggregate-class.js';
import { applyEvent } from '../aggregates/apply-event.js';
import { asRead } from '../aggregates/as-read.js';
import type { EventSourcedAggregate } from '../aggregates/event-sourced-aggregate.js';
import { Expectation, outcomeOf } from './specification.js';

const ID = 'specified';

/** @publicApi */
export interface AggregateGiven<A extends EventSourcedAggregate> {
  /** What has happened already. */
  given(...events: readonly object[]): { when(act: (aggregate: A) => void): Expectation<unknown> };
}

/**
 * Given, when, then for an aggregate class; its state is what `toSnapshot` gives:
 *
 * ```ts
 * specifyAggregate(BankAccount).given(AccountOpened.of(100)).when((account) => account.withdraw(200)).thenRejects('INSUFFICIENT_FUNDS');
 * ```
 *
 * @publicApi
 */
export function specifyAggregate<A extends EventSourcedAggregate>(
  aggregateClass: AggregateClass<A>,
): AggregateGiven<A> {
  return {
    given: (...given) => ({
      when: (act) =>
        new Expectation(
          outcomeOf(() => {
            const aggregate = new aggregateClass(ID);
            for (const event of given) applyEvent(aggregate, asRead(event));
            act(aggregate);
            return { events: aggregate.raised, state: aggregate.toSnapshot() };
          }),
        ),
    }),
  };
}

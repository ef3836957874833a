import { deepStrictEqual } from 'node:assert';
import { asJson } from './as-json.js';
import { DecisionExpectation, type Outcome } from './decision-expectation.js';

/** What a decision with a state came to. */
interface DecidedWithState<S> {
  readonly events: readonly object[];
  readonly state: S;
}

/** What must hold of a decision, and of the state that it leads to. @publicApi */
export class Expectation<S> extends DecisionExpectation<DecidedWithState<S>> {
  /** The state after the events, compared as JSON carries it. */
  thenState(expected: S): this {
    deepStrictEqual(asJson(this.decided().state), asJson(expected));
    return this;
  }
}

export function outcomeOf<S>(decide: () => DecidedWithState<S>): Outcome<DecidedWithState<S>> {
  try {
    return decide();
  } catch (error) {
    return { error };
  }
}

import { AssertionError, deepStrictEqual, fail } from 'node:assert';
import { inspect } from 'node:util';
import { CommandRejectedError } from '../commands/command-rejected.error.js';
import { domainEventMetadata } from '../events/domain-event.decorator.js';
import { asRead } from '../aggregates/as-read.js';

/** What a decision came to. */
export type Outcome<S> = { readonly events: readonly object[]; readonly state: S } | { readonly error: unknown };

/**
 * What must hold of a decision. What does not is an `AssertionError` of `node:assert`, which every test runner shows
 * with its difference.
 *
 * @publicApi
 */
export class Expectation<S> {
  constructor(private readonly outcome: Outcome<S>) {}

  /** Exactly these events, in this order, compared as JSON carries them. */
  thenEvents(...expected: readonly object[]): this {
    deepStrictEqual(this.decided().events.map(describe), expected.map(describe));
    return this;
  }

  /** Nothing changes. */
  thenNothing(): this {
    return this.thenEvents();
  }

  /** The state after the events, compared as JSON carries it. */
  thenState(expected: S): this {
    deepStrictEqual(asJson(this.decided().state), asJson(expected));
    return this;
  }

  /** A business rule says no. @param reason of the `CommandRejectedError`; any when absent */
  thenRejects(reason?: string): this {
    if (!('error' in this.outcome)) fail(`It was not rejected, but led to ${inspect(this.outcome.events)}.`);
    const { error } = this.outcome;
    if (!(error instanceof CommandRejectedError)) throw error;
    if (reason !== undefined) deepStrictEqual(error.reason, reason);
    return this;
  }

  private decided(): { readonly events: readonly object[]; readonly state: S } {
    if (!('error' in this.outcome)) return this.outcome;
    const { error } = this.outcome;
    if (!(error instanceof CommandRejectedError)) throw error;
    throw new AssertionError({ message: `It was rejected: ${error.reason}: ${error.message}`, actual: error.reason });
  }
}

export function outcomeOf<S>(decide: () => { readonly events: readonly object[]; readonly state: S }): Outcome<S> {
  try {
    return decide();
  } catch (error) {
    return { error };
  }
}

/** Classes are compared by the name of their event, and data as it is stored. */
function describe(event: object): object {
  const data = asRead(event);
  return { type: domainEventMetadata(event.constructor)!.type, data: { ...data } };
}

function asJson(value: unknown): unknown {
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value));
}

import { AssertionError, deepStrictEqual, fail } from 'node:assert';
import { inspect } from 'node:util';
import { asRead } from '../aggregates/as-read.js';
import { CommandRejectedError } from '../commands/command-rejected.error.js';
import { domainEventMetadata } from '../events/domain-event.decorator.js';

/** What a decision came to. */
export type Outcome<D extends Decided> = D | { readonly error: unknown };

interface Decided {
  readonly events: readonly object[];
}

/**
 * What must hold of a decision. What does not is an `AssertionError` of `node:assert`, which every test runner shows
 * with its difference.
 *
 * @publicApi
 */
export class DecisionExpectation<D extends Decided = Decided> {
  constructor(private readonly outcome: Outcome<D>) {}

  /** Exactly these events, in this order, compared as JSON carries them. */
  thenEvents(...expected: readonly object[]): this {
    deepStrictEqual(this.decided().events.map(describe), expected.map(describe));
    return this;
  }

  /** Nothing changes. */
  thenNothing(): this {
    return this.thenEvents();
  }

  /** A business rule says no. @param reason of the `CommandRejectedError`; any when absent */
  thenRejects(reason?: string): this {
    if (!('error' in this.outcome)) fail(`It was not rejected, but led to ${inspect(this.outcome.events)}.`);
    const { error } = this.outcome;
    if (!(error instanceof CommandRejectedError)) throw error;
    if (reason !== undefined) deepStrictEqual(error.reason, reason);
    return this;
  }

  protected decided(): D {
    if (!('error' in this.outcome)) return this.outcome;
    const { error } = this.outcome;
    if (!(error instanceof CommandRejectedError)) throw error;
    throw new AssertionError({ message: `It was rejected: ${error.reason}: ${error.message}`, actual: error.reason });
  }
}

/** Classes are compared by the name of their event, and data as it is stored. */
export function describe(event: object): object {
  const data = asRead(event);
  return { type: domainEventMetadata(event.constructor)!.type, data: { ...data } };
}

import { inspect, isDeepStrictEqual } from 'node:util';
import { CommandRejectedError } from '../commands/command-rejected.error.js';
import { EventSourcingError } from '../errors/event-sourcing.error.js';
import { domainEventMetadata } from '../events/domain-event.decorator.js';
import { describe } from './decision-expectation.js';

/** What a matcher answers, to vitest as to jest. @publicApi */
export interface MatcherResult {
  readonly pass: boolean;
  readonly message: () => string;
  readonly actual?: unknown;
  readonly expected?: unknown;
}

/**
 * The matchers as `expect()` has them:
 *
 * ```ts
 * declare module 'vitest' {
 *   interface Matchers<T> extends EventMatchers {}
 * }
 * declare module 'expect' { // jest
 *   interface Matchers<R> extends EventMatchers<R> {}
 * }
 * ```
 *
 * @typeParam R what they return: `void`, or a promise after `resolves` and `rejects`
 * @publicApi
 */
export interface EventMatchers<R = void> {
  /** An event, recorded or not, is like this one: of its class, with the same data as JSON carries it. */
  toBeEvent(expected: object): R;
  /** Events, recorded or not, are like these, and in this order. */
  toBeEvents(expected: readonly object[]): R;
  /** An error is a `CommandRejectedError`. @param reason of it; any when absent */
  toBeRejection(reason?: string): R;
  /** An error of this package has this `code`. */
  toHaveCode(code: string): R;
}

/**
 * Matchers for `expect.extend()` of vitest and jest; `EventMatchers` are their types.
 *
 * ```ts
 * expect.extend(eventMatchers);
 * expect(await collect(eventStore.read(stream))).toBeEvents([AccountOpened.of(100), MoneyWithdrawn.of(30)]);
 * await expect(commandBus.execute(Withdraw.of('acc-1', 500))).rejects.toBeRejection('INSUFFICIENT_FUNDS');
 * ```
 *
 * @publicApi
 */
export const eventMatchers = {
  toBeEvent: (received: unknown, expected: object): MatcherResult =>
    compare(describeReceived(received), describe(expected), 'to be the event'),

  toBeEvents: (received: unknown, expected: readonly object[]): MatcherResult => {
    const actual = Array.isArray(received) ? received.map(describeReceived) : received;
    return compare(actual, expected.map(describe), 'to be the events');
  },

  toBeRejection: (received: unknown, reason?: string): MatcherResult => {
    const rejection = received instanceof CommandRejectedError ? { rejected: received.reason } : received;
    if (reason !== undefined) return compare(rejection, { rejected: reason }, 'to be the rejection');
    return {
      pass: received instanceof CommandRejectedError,
      message: () =>
        `expected ${show(received)} ${received instanceof CommandRejectedError ? 'not ' : ''}to be a CommandRejectedError`,
    };
  },

  toHaveCode: (received: unknown, code: string): MatcherResult =>
    compare(received instanceof EventSourcingError ? received.code : received, code, 'to be an error with the code'),
};

function compare(actual: unknown, expected: unknown, what: string): MatcherResult {
  const pass = isDeepStrictEqual(actual, expected);
  const message = (): string => `expected ${show(actual)} ${pass ? 'not ' : ''}${what} ${show(expected)}`;
  return { pass, message, actual, expected };
}

/** What is no event stays as it is, and so is none of those that are expected. */
function describeReceived(received: unknown): unknown {
  if (typeof received !== 'object' || received === null) return received;
  if (domainEventMetadata(received.constructor)) return describe(received);
  const { data } = received as { readonly data?: unknown };
  return typeof data === 'object' && data !== null && domainEventMetadata(data.constructor) ? describe(data) : received;
}

function show(value: unknown): string {
  return inspect(value, { depth: 6 });
}

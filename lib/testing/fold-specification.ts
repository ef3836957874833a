import { AssertionError, deepStrictEqual, fail } from 'node:assert';
import { EventSourcingError } from '../errors/event-sourcing.error.js';
import type { EventClass } from '../events/event-class.js';
import type { FoldHandler } from '../projections/fold-handler.js';
import { asJson } from './as-json.js';
import { deliveriesOf } from './fold-deliveries.js';
import type { GivenEvent } from './given-event.js';
import { specifiedFold } from './specified-fold.js';
import { SpecifiedLog, specifiedStream, type SpecifiedStream } from './specified-log.js';
import { SpecifiedRow } from './specified-row.js';

/** What must hold of a fold. What does not is an `AssertionError` of `node:assert`. @publicApi */
export interface FoldExpectation<S> {
  /** The state after the events, compared as JSON carries it; `null` when there is none, or the fold has deleted it. */
  thenState(expected: S | null): Promise<void>;
  /** It cannot take them. @param code of the error; any when absent */
  thenFails(code?: string): Promise<void>;
}

/** @publicApi */
export interface FoldGiven<S> {
  /** What has happened, in the order of the stream. */
  given(...events: readonly GivenEvent[]): FoldExpectation<S>;
}

/**
 * Given, then for a fold:
 *
 * ```ts
 * await specifyFold(new TraceSummary())
 *   .given(SpanReceived.of('a'), SpanFailed.of('a'))
 *   .thenState({ spans: 1, errors: 1 });
 * ```
 *
 * The events are delivered as a lane may deliver them: in order, twice, backwards, in pieces that are read from the log, and
 * shuffled in 25 ways, to workers that know something or nothing of what came before. The state must be the same each time,
 * and what is called twice with one event must answer the same (`ImpureFoldError`). The `key` of events is not asked: all
 * count for one row.
 *
 * @publicApi
 */
export function specifyFold<S>(handler: FoldHandler<S>, options: SpecifiedStream = {}): FoldGiven<S> {
  return {
    given: (...given) => ({
      async thenState(expected) {
        deepStrictEqual(asJson(await stateOf(handler, given, options)), asJson(expected));
      },
      async thenFails(code) {
        const error = await stateOf(handler, given, options).then(
          (state) => fail(`It did not fail, but came to ${JSON.stringify(state)}.`),
          (reason: unknown) => reason,
        );
        if (error instanceof AssertionError) throw error;
        if (code !== undefined && !(error instanceof EventSourcingError && error.code === code)) throw error;
      },
    }),
  };
}

async function stateOf(
  handler: FoldHandler<unknown>,
  given: readonly GivenEvent[],
  options: SpecifiedStream,
): Promise<unknown> {
  const log = await SpecifiedLog.open(given, options.time);
  const stream = specifiedStream(options);
  const { events, stored } = await log.fill(stream);
  const classes = events.map(({ data }) => data.constructor as EventClass);
  const fold = specifiedFold(handler, stream.aggregateType, classes);
  if (events.length === 0) return null;
  const [inOrder, ...others] = deliveriesOf(events.length);
  const state = await new SpecifiedRow(fold, stream, stored, log).after(inOrder!);
  for (const delivery of others) {
    const other = await new SpecifiedRow(fold, stream, stored, log).after(delivery);
    const message = `Delivered ${delivery.name}, the events lead to another state than one by one.`;
    deepStrictEqual({ message, state: other }, { message, state });
  }
  return state;
}

import { AssertionError, fail } from 'node:assert';
import { EventSourcingError } from '../errors/event-sourcing.error.js';
import type { EventClass } from '../events/event-class.js';
import { FoldEvents } from '../projections/fold-events.js';
import type { FoldHandler } from '../projections/fold-handler.js';
import { FoldReplay } from '../projections/fold-replay.js';
import { BatchAbort } from '../queue/batch-abort.js';
import { isWanted } from '../reactors/is-wanted.js';
import type { ReactorDefinition } from '../reactors/reactor-definition.js';
import type { ReactorHandler } from '../reactors/reactor-handler.js';
import { reactorMetadata, type ReactorOptions } from '../reactors/reactor.decorator.js';
import { ReactorCalls, rowKey } from '../reactors/reactor-calls.js';
import type { GivenEvent } from './given-event.js';
import { specifiedFold, typeOf } from './specified-fold.js';
import { SpecifiedLog, specifiedStream, type SpecifiedStream } from './specified-log.js';

/** What became of an event. What does not hold is an `AssertionError` of `node:assert`. @publicApi */
export interface ReactionExpectation {
  /** It is wanted, and the reactor did not fail. What it did is seen where it did it. */
  thenReacts(): void;
  /** `events` or `when` keep it out. */
  thenIgnores(): void;
  /** It is wanted, and the reactor failed, so that it would be called again. @param code of the error; any when absent */
  thenFails(code?: string): void;
}

/** @publicApi */
export interface ReactorSpecificationOptions<S> extends SpecifiedStream {
  /** The fold that the reactor follows. @default a new one, which needs a class without dependencies */
  readonly fold?: FoldHandler<S>;
}

/** @publicApi */
export interface ReactorGiven {
  /** What has happened already. */
  given(...events: readonly GivenEvent[]): {
    /** @param event the one that is reacted to, with the state of the fold after it */
    when(event: GivenEvent): Promise<ReactionExpectation>;
  };
}

/**
 * Given, when, then for a reactor:
 *
 * ```ts
 * const mails: string[] = [];
 * const reaction = await specifyReactor(new NotifyOnError({ send: (text) => mails.push(text) }))
 *   .given(SpanReceived.of('a'))
 *   .when(SpanFailed.of('a'));
 * reaction.thenReacts();
 * ```
 *
 * It is called as a worker calls it, once; `debounce`, `throttle`, `dedupe` and `delayMs` are not waited for.
 *
 * @publicApi
 */
export function specifyReactor<S>(
  handler: ReactorHandler<S, never>,
  options: ReactorSpecificationOptions<S> = {},
): ReactorGiven {
  return {
    given: (...given) => ({
      when: async (event) => expectationOf(await reactionTo(handler, [...given, event], options)),
    }),
  };
}

type Reaction = 'reacted' | 'ignored' | { readonly error: unknown };

async function reactionTo<S>(
  handler: ReactorHandler<S, never>,
  given: readonly GivenEvent[],
  { fold, ...at }: ReactorSpecificationOptions<S>,
): Promise<Reaction> {
  const log = await SpecifiedLog.open(given, at.time);
  const stream = specifiedStream(at);
  const { events } = await log.fill(stream);
  const reactor = specifiedReactor(
    handler,
    fold,
    stream.aggregateType,
    events.map(({ data }) => data),
  );
  const event = events.at(-1)!;
  if (!isWanted(reactor, event)) return 'ignored';
  const replay = new FoldReplay(log.store, new FoldEvents(log.store, log.context.serializer), log.storage.projections);
  const { tenantId, aggregateType, aggregateId: id } = stream;
  const lane = { tenantId, kind: 'reactor', component: reactor.name, aggregateType, id } as const;
  const { sequence } = event;
  const { state, updatedAt } = await replay.replay(reactor.fold, { tenantId, id }, { sequence });
  const row = { ...rowKey(reactor, lane, id), sequence, state, updatedAt };
  try {
    const attempt = { attempt: 1, abort: new BatchAbort() };
    await new ReactorCalls(replay).call(reactor, { lane, id, row }, { sequence, event }, attempt);
    return 'reacted';
  } catch (error) {
    return { error };
  }
}

function specifiedReactor(
  handler: ReactorHandler<never, never>,
  given: FoldHandler<unknown> | undefined,
  aggregateType: string,
  events: readonly object[],
): ReactorDefinition {
  const { name: className } = handler.constructor;
  const options = reactorMetadata(handler.constructor);
  if (!options) throw new AssertionError({ message: `${className} has no @Reactor().` });
  const FoldClass = options.fold as new () => FoldHandler<unknown>;
  const classes = events.map((event) => event.constructor as EventClass);
  const fold = specifiedFold(given ?? new FoldClass(), aggregateType, classes);
  return {
    name: options.name,
    fold,
    types: new Set((options as ReactorOptions).events?.map(typeOf) ?? fold.types),
    options,
    handler: { name: className, resolve: () => handler as ReactorHandler<unknown, object> },
  };
}

function expectationOf(reaction: Reaction): ReactionExpectation {
  const error = typeof reaction === 'object' ? reaction.error : undefined;
  return {
    thenReacts() {
      if (typeof reaction === 'object') throw error;
      if (reaction === 'ignored') fail('It is not wanted, and so nothing was done.');
    },
    thenIgnores() {
      if (reaction !== 'ignored') fail('It is wanted, and the reactor was called.');
    },
    thenFails(code) {
      if (typeof reaction !== 'object') fail(reaction === 'ignored' ? 'It is not wanted.' : 'It did not fail.');
      if (code !== undefined && !(error instanceof EventSourcingError && error.code === code)) throw error;
    },
  };
}

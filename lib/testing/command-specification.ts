import { AssertionError } from 'node:assert';
import { AggregateRepository } from '../aggregates/aggregate-repository.js';
import { asRead } from '../aggregates/as-read.js';
import { Snapshots } from '../aggregates/snapshots.js';
import type { AggregateCommandHandler } from '../commands/aggregate-command-handler.js';
import type { CommandContext } from '../commands/command-context.js';
import { commandHandlerMetadata, type CommandHandlerOptions } from '../commands/command-handler.decorator.js';
import { isDecision } from '../commands/decision.js';
import { InvalidDecisionError } from '../commands/invalid-decision.error.js';
import type { EventStore } from '../event-store/event-store.js';
import { TenantContext } from '../tenancy/tenant-context.js';
import { DecisionExpectation, type Outcome } from './decision-expectation.js';
import type { GivenEvent } from './given-event.js';
import { SpecifiedLog, specifiedStream, type SpecifiedStream } from './specified-log.js';

/** What a handler may need that reads what has happened. @publicApi */
export interface CommandTools {
  readonly aggregates: AggregateRepository;
  readonly events: EventStore;
}

/** @publicApi */
export interface CommandSpecificationOptions extends Pick<SpecifiedStream, 'aggregateType' | 'time'> {
  /** The tenant of commands that do not name one. @default 'specified' */
  readonly tenantId?: string;
}

/** @publicApi */
export interface CommandGiven<C extends object> {
  /** What has happened already to the aggregate of the command. */
  given(...events: readonly GivenEvent[]): {
    /** @param context what of the context matters to the handler */
    when(command: C, context?: Partial<CommandContext>): Promise<DecisionExpectation>;
  };
}

/**
 * Given, when, then for a command handler:
 *
 * ```ts
 * const withdrawn = await specifyCommandHandler(({ aggregates }) => new WithdrawHandler(aggregates), { aggregateType: 'account' })
 *   .given(AccountOpened.of(100))
 *   .when(Withdraw.of('acc-1', 200));
 * withdrawn.thenRejects('INSUFFICIENT_FUNDS');
 * ```
 *
 * The command reaches the handler as JSON carries it, and its aggregate is the one that `@CommandHandler` says. Nothing is
 * stored, and its validation is not asked.
 *
 * @param handler the handler, or what makes it of a repository and a store that hold what is given
 * @publicApi
 */
export function specifyCommandHandler<C extends object>(
  handler: AggregateCommandHandler<C> | ((tools: CommandTools) => AggregateCommandHandler<C>),
  { aggregateType, tenantId, time }: CommandSpecificationOptions = {},
): CommandGiven<C> {
  return {
    given: (...given) => ({
      async when(command, more = {}) {
        const log = await SpecifiedLog.open(given, time);
        const { events, projections } = log.storage;
        const aggregates = new AggregateRepository(events, new Snapshots(projections));
        const instance = typeof handler === 'function' ? handler({ aggregates, events }) : handler;
        const options = optionsOf(instance);
        const stream = specifiedStream({
          aggregateType,
          tenantId: options.tenantId?.(command) ?? (command as { readonly tenantId?: string }).tenantId ?? tenantId,
          aggregateId: options.aggregateId(command),
        });
        await log.fill(stream);
        const context: CommandContext = {
          ...stream,
          commandId: options.commandId?.(command) ?? 'specified',
          metadata: {},
          acceptedAt: new Date(log.context.clock.now()),
          attempt: 1,
          signal: new AbortController().signal,
          ...more,
        };
        return new DecisionExpectation(await outcomeOf(instance, command, context));
      },
    }),
  };
}

function optionsOf(handler: AggregateCommandHandler<never>): CommandHandlerOptions<object> {
  const metadata = commandHandlerMetadata(handler.constructor);
  if (metadata) return metadata.options;
  throw new AssertionError({ message: `${handler.constructor.name} has no @CommandHandler() of this package.` });
}

async function outcomeOf<C extends object>(
  handler: AggregateCommandHandler<C>,
  command: C,
  context: CommandContext,
): Promise<Outcome<{ readonly events: readonly object[] }>> {
  const { tenantId, commandId, metadata } = context;
  const carried = Object.assign(
    Object.create(Object.getPrototypeOf(command) as object) as C,
    JSON.parse(JSON.stringify(command)),
  );
  try {
    const ambient = { ...metadata, tenantId, causationId: commandId };
    const decided: unknown = await TenantContext.run(ambient, async () => handler.handle(carried, context));
    const events: unknown = isDecision(decided) ? decided.raised : decided;
    if (!Array.isArray(events)) throw new InvalidDecisionError(`${handler.constructor.name}.handle()`, decided);
    return { events: events.map((event: object) => asRead(event)) };
  } catch (error) {
    return { error };
  }
}

import type { Provider, Type } from '@nestjs/common';
import type { CommandContext } from '../../commands/command-context.js';
import { CommandHandler } from '../../commands/command-handler.decorator.js';
import type { DomainEvents } from '../../commands/aggregate-command-handler.js';
import type { Decision } from '../../commands/decision.js';
import type { StandardSchema } from '../../events/standard-schema.js';
import { named } from './handler-classes.js';
import type { CommandSettings, PipelineCommandHandler, PipelineCommandHandlerClass } from './pipeline-command.js';

/** A command as it is staged. */
export interface SentCommand {
  readonly tenantId?: string;
  readonly data: object;
}

export type SentCommandClass = new (tenantId: string | undefined, data: object) => SentCommand;

/** What a pipeline has of a command. */
export interface CommandParts {
  readonly type: string;
  readonly commandClass: SentCommandClass;
  readonly aggregateId: (payload: object) => string;
  /** Those that handle it. */
  readonly providers: readonly Provider[];
}

/** Makes the command class that `@CommandHandler` wants, and a handler that hands over to the user's. */
export function commandParts(
  name: string,
  handlerClass: PipelineCommandHandlerClass<object>,
  { commandId, delayMs, dedupe, ...options }: CommandSettings<object>,
): CommandParts {
  const { type, schema } = handlerClass.schema;
  class Sent implements SentCommand {
    constructor(
      readonly tenantId: string | undefined,
      readonly data: object,
    ) {}
  }
  class Handler {
    constructor(private readonly handler: PipelineCommandHandler<object>) {}

    handle({ data }: Sent, context: CommandContext): Promise<DomainEvents | Decision> | DomainEvents | Decision {
      const { tenantId, aggregateId } = context;
      return this.handler.handle({ type, tenantId, aggregateId, data }, context);
    }
  }
  CommandHandler<Sent>(Sent, {
    ...options,
    type,
    schema: ofData(schema),
    aggregateId: ({ data }) => handlerClass.getAggregateId(data),
    ...(commandId && { commandId: ({ data }: Sent) => commandId(data) }),
    ...(delayMs !== undefined && {
      delayMs: typeof delayMs === 'function' ? ({ data }: Sent) => delayMs(data) : delayMs,
    }),
    ...(dedupe && { dedupe: { key: ({ data }: Sent) => dedupe.key(data), forMs: dedupe.forMs } }),
  })(Handler);
  named(Sent, `the command ${name}`);
  named(Handler, handlerClass.name);
  const token = handlerClass as unknown as Type<PipelineCommandHandler<object>>;
  const useFactory = (handler: PipelineCommandHandler<object>): Handler => new Handler(handler);
  return {
    type,
    commandClass: Sent,
    aggregateId: (payload) => handlerClass.getAggregateId(payload),
    providers: [token, { provide: Handler, inject: [token], useFactory }],
  };
}

/** A schema of the payload as one of the command. */
function ofData(schema: StandardSchema): StandardSchema {
  const standard = schema['~standard'];
  const validate = (sent: unknown): ReturnType<typeof standard.validate> =>
    standard.validate((sent as SentCommand).data);
  return { '~standard': { version: 1, vendor: standard.vendor, validate } };
}

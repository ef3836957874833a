import type { DomainEvents } from '../../commands/aggregate-command-handler.js';
import type { CommandContext } from '../../commands/command-context.js';
import type { CommandHandlerOptions } from '../../commands/command-handler.decorator.js';
import type { Decision } from '../../commands/decision.js';
import type { TenantId } from '../../tenancy/tenant-id.js';
import type { CommandSchema } from './command-schema.js';

/** A command as its handler gets it. @typeParam P its payload, as JSON carries it @publicApi */
export interface PipelineCommand<P extends object> {
  readonly type: string;
  readonly tenantId: TenantId;
  readonly aggregateId: string;
  readonly data: P;
}

/** @typeParam E the events of the pipeline @publicApi */
export interface PipelineCommandHandler<P extends object, E extends object = object> {
  /** As `handle` of an `AggregateCommandHandler`. @throws CommandRejectedError when a business rule says no */
  handle(command: PipelineCommand<P>, context: CommandContext): Handled<E> | Promise<Handled<E>>;
}

type Handled<E extends object> = (DomainEvents & readonly E[]) | Decision;

/** What `withCommand()` takes: a Nest provider, with what is known of the command before one is made. @publicApi */
export interface PipelineCommandHandlerClass<P extends object, E extends object = object> {
  new (...dependencies: never[]): PipelineCommandHandler<P, E>;
  /** See `defineCommandSchema()`. */
  readonly schema: CommandSchema<P>;
  /** The aggregate that a command is for. */
  getAggregateId(payload: P): string;
}

/** Options of `withCommand()`, as those of `@CommandHandler`. @publicApi */
export type CommandSettings<P extends object> = Pick<
  CommandHandlerOptions<object>,
  'stateless' | 'maxAttempts' | 'whenExhausted' | 'timeoutMs'
> & {
  /** Makes the command idempotent. @default a new UUIDv7 for each command sent */
  readonly commandId?: (payload: P) => string;
  /**
   * How long each command waits until it takes its place behind those that wait for its aggregate, unless `send()` says
   * otherwise; milliseconds from 0 to 2^31 - 1. A function is pure. @default 0
   */
  readonly delayMs?: number | ((payload: P) => number);
  /**
   * Lets a command stand for those with the same key that are sent after it, unless `send()` says otherwise.
   *
   * @default none
   */
  readonly dedupe?: {
    /** Pure; 1 to 512 bytes. */
    readonly key: (payload: P) => string;
    /** From when the first was accepted on, and in any case until its delay is over; milliseconds from 1. */
    readonly forMs: number;
  };
};

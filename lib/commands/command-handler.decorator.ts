import type { EventClass } from '../events/event-class.js';
import type { StandardSchema } from '../events/standard-schema.js';
import type { TenantId } from '../tenancy/tenant-id.js';
import type { CommandContext } from './command-context.js';
import type { DomainEvents } from './aggregate-command-handler.js';
import type { Decision } from './decision.js';

const METADATA = Symbol.for('@event-sourcing/nestjs:command-handler');

/**
 * Options of `@CommandHandler`.
 *
 * @publicApi
 */
export interface CommandHandlerOptions<C extends object> {
  /** Name of the command in queues and logs, unique over all commands, such as `trace.record_span`. */
  readonly type: string;
  /** The aggregate that the command is for. */
  readonly aggregateId: (command: C) => string;
  /**
   * Makes the command idempotent: within its aggregate, a command of this type with a known id stores nothing more and
   * is answered like the first.
   *
   * @default a new UUIDv7 per execution
   */
  readonly commandId?: (command: C) => string;
  /** @default the command's own `tenantId`, else the tenant of the work at hand (`TenantContext`) */
  readonly tenantId?: (command: C) => TenantId;
  /**
   * The handler decides from the command alone and reads no state of the aggregate. Commands that wait for one
   * aggregate are then stored together instead of one after the other. They are stored in their order, except that
   * when the store fails in between, one may be stored after a later one.
   *
   * @default false
   */
  readonly stateless?: boolean;
  /**
   * How long a command waits until it takes its place behind those that wait for its aggregate, as `delayMs` of
   * `Commands.run()`; milliseconds from 0 to 2^31 - 1. A function is pure. @default 0
   */
  readonly delayMs?: number | ((command: C) => number);
  /**
   * Lets a command stand for those with the same key that are sent after it, as `dedupe` of `Commands.run()`. Not for
   * commands of process managers, each of which hears of its own.
   *
   * @default none
   */
  readonly dedupe?: {
    /** Pure; 1 to 512 bytes. */
    readonly key: (command: C) => string;
    /** From when the first was accepted on, and in any case until its delay is over; milliseconds from 1. */
    readonly forMs: number;
  };
  /** A Standard Schema for the command. @default the class-validator decorators of its class */
  readonly schema?: StandardSchema;
  /** Attempts in all before `whenExhausted` applies. @default 5 */
  readonly maxAttempts?: number;
  /**
   * What becomes of a command that failed for good: it gets the outcome `failed` and its aggregate goes on (`fail`), or
   * its aggregate's lane is parked behind it until an operator decides, and its sender hears nothing until then (`park`).
   * A rejection is an outcome, whatever stands here. @default 'fail'
   */
  readonly whenExhausted?: 'fail' | 'park';
  /** Time of one call of the handler, after which it is aborted through its signal; milliseconds. @default 30_000 */
  readonly timeoutMs?: number;
}

/** What `@CommandHandler` says about a class. */
export interface CommandHandlerMetadata<C extends object = object> {
  readonly commandClass: EventClass<C>;
  readonly options: CommandHandlerOptions<C>;
}

// A property, not a method, so that its parameters are compared strictly: a handler of another command does not compile.
interface Handles<C extends object> {
  readonly handle: (command: C, context: CommandContext) => Promise<DomainEvents | Decision> | DomainEvents | Decision;
}

/**
 * Marks a provider as the handler of a command of `@nestjs/cqrs`. The provider's module says which pipeline the
 * command belongs to. `commandBus.execute()` of the command then validates it, runs the handler in the order of its
 * aggregate, and stores the events it returns. A command reaches its handler as JSON carries it, also in one process:
 * a `Date` arrives as text.
 *
 * Not to be confused with the decorator of the same name in `@nestjs/cqrs`; the boot names a wrong import.
 *
 * @publicApi
 */
export function CommandHandler<C extends object>(
  commandClass: EventClass<C>,
  options: CommandHandlerOptions<C>,
): (target: new (...args: never[]) => Handles<C>) => void {
  return (target) => {
    Object.defineProperty(target, METADATA, { value: { commandClass, options } });
  };
}

/** What `@CommandHandler` says about this very class (not its parents), or `undefined`. */
export function commandHandlerMetadata(target: unknown): CommandHandlerMetadata | undefined {
  if (typeof target !== 'function' || !Object.hasOwn(target, METADATA)) return undefined;
  return (target as unknown as Record<symbol, CommandHandlerMetadata>)[METADATA];
}

import type { TenantId } from '../../tenancy/tenant-id.js';
import type { DomainEvents } from '../aggregate-command-handler.js';
import type { CommandContext } from '../command-context.js';
import type { QueuedReceipt } from '../command-receipt.js';
import type { Decision } from '../decision.js';

/** A command that is about to be accepted: valid, and with all ids. @publicApi */
export interface DispatchedCommand {
  /** Name of the command, as in `@CommandHandler(…, { type })`. */
  readonly type: string;
  readonly pipeline: string;
  /** As it was sent; narrow it by `instanceof`. What is changed in it has no effect. */
  readonly command: object;
  readonly tenantId: TenantId;
  readonly aggregateType: string;
  readonly aggregateId: string;
  readonly commandId: string;
  /** How long it is to wait; milliseconds. */
  readonly delayMs: number;
}

/** A command that is about to be handled. @publicApi */
export interface HandledCommand {
  readonly type: string;
  readonly pipeline: string;
  /** As its handler gets it; narrow it by `instanceof`. */
  readonly command: object;
  /** That of the handler. */
  readonly context: CommandContext;
}

/** What a command handler decided. @publicApi */
export type CommandResult = DomainEvents | Decision;

/**
 * Stands around the dispatch of commands, around their handling, or both: for log lines, authorisation, metrics. A provider
 * class, named in `forRoot({ commandMiddleware })` for all commands or in `forFeature({ commandMiddleware })` for those of
 * a pipeline. Those of `forRoot()` stand outside, and of one list each stands around all that come after it.
 *
 * @publicApi
 */
export interface CommandMiddleware {
  /**
   * Around the acceptance of one command, in the process that sends it: after its validation and before anything is
   * queued; what becomes of the command is known later. Throw to refuse it: nothing is queued then, and the sender gets the
   * error, such as a `CommandRejectedError`. What is thrown after `next()` reaches the sender, and the command is queued all
   * the same. A context that is set by `TenantContext.run()` around `next()` goes with the command.
   *
   * Not around what a process manager sends, which is queued with its decision.
   *
   * @param next accepts the command; to be called once
   * @returns what `next()` returned
   */
  aroundDispatch?(command: DispatchedCommand, next: () => Promise<QueuedReceipt>): Promise<QueuedReceipt>;

  /**
   * Around each call of a handler, in the process that handles the command, in the context of the command and within
   * the handler's `timeoutMs`. Commands of a batch are handled one by one, each in middleware of its own, and the events of
   * all are stored after that: a call that returned may be followed by another attempt, and a command that is known by its
   * id is handled no more. An error that is thrown here is treated like one of the handler.
   *
   * @param next calls the handler; to be called at most once
   * @returns what the command leads to: mostly what `next()` returned
   */
  aroundHandle?(command: HandledCommand, next: () => Promise<CommandResult>): Promise<CommandResult>;
}

/** A provider of the application that is middleware, with dependencies of its own and not request-scoped. @publicApi */
export type CommandMiddlewareClass = abstract new (...args: never[]) => CommandMiddleware;

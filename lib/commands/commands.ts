import type { GroupQueue } from '../queue/group-queue.js';
import { InvalidArgumentError } from '../errors/invalid-argument.error.js';
import { integerProblem } from '../errors/integer-problem.js';
import type { EventClass } from '../events/event-class.js';
import type { AppliedWait, AwaitedProjection } from './applied-wait.js';
import type { CommandDefinition } from './command-definition.js';
import type { CommandDispatcher } from './command-dispatcher.js';
import type { CommandOutcome } from './command-outcome.js';
import type { QueuedReceipt, StoredReceipt } from './command-receipt.js';
import type { DispatchOptions } from './dispatch-options.js';
import { ProjectionTimeoutError } from './projection-timeout.error.js';
import { decodeOutcome } from './outcome-codec.js';
import type { ReceiptOf, RunOptions, WaitFor } from './run-options.js';

/**
 * Sends commands and says what became of them, alike in every role and on every queue. Injectable.
 *
 * @publicApi
 */
export class Commands {
  private readonly byClass: ReadonlyMap<unknown, CommandDefinition>;

  constructor(
    definitions: Iterable<CommandDefinition>,
    private readonly dispatcher: CommandDispatcher,
    private readonly queue: GroupQueue,
    private readonly projections: AppliedWait,
    private readonly defaultTimeoutMs: number,
  ) {
    this.byClass = new Map([...definitions].map((one): [EventClass, CommandDefinition] => [one.commandClass, one]));
  }

  /**
   * Sends a command, past the CommandBus, and waits until it has come as far as asked. A command with an id that is
   * stored already is answered like the first.
   *
   * @throws InvalidCommandError, QueueFullError, ClosedError: nothing was queued
   * @throws QueueUnavailableError when a queue in Redis is away; sending it again with the same command id is safe
   * @throws CommandRejectedError, CommandFailedError: nothing was stored
   * @throws CommandTimeoutError when the outcome is not known in time; its `receipt` can be asked for later
   * @throws ProjectionTimeoutError when it is stored, and the projection is late
   * @throws UnknownProjectionError: nothing was queued
   * @throws NotReadyError when it would wait before `onApplicationBootstrap`
   * @throws InvalidArgumentError for a class without `@CommandHandler`, or an option out of its range
   * @throws MiddlewareMisuseError, and what middleware throws around the dispatch
   */
  async run<W extends WaitFor = 'stored'>(command: object, options: RunOptions<W> = {}): Promise<ReceiptOf<W>> {
    const { waitFor = 'stored', timeoutMs = this.defaultTimeoutMs } = options;
    const projection = typeof waitFor === 'function' ? (waitFor as AwaitedProjection) : undefined;
    if (!projection && waitFor !== 'stored' && waitFor !== 'queued') {
      throw new InvalidArgumentError('options.waitFor', "must be 'queued', 'stored' or the class of a projection");
    }
    const problem = integerProblem(timeoutMs, 1);
    if (problem !== null) throw new InvalidArgumentError('options.timeoutMs', problem);
    const definition = this.byClass.get(command?.constructor);
    if (!definition) throw new InvalidArgumentError('command', 'must be of a class that has a @CommandHandler');
    if (projection)
      return (await this.runUntilApplied(definition, command, projection, timeoutMs, options)) as ReceiptOf<W>;
    const stage = waitFor === 'queued' ? 'queued' : 'stored';
    return (await this.dispatcher.run(definition, command, stage, timeoutMs, options)).receipt as ReceiptOf<W>;
  }

  private async runUntilApplied(
    definition: CommandDefinition,
    command: object,
    projection: AwaitedProjection,
    timeoutMs: number,
    options: DispatchOptions,
  ): Promise<StoredReceipt> {
    this.projections.check(projection);
    const run = await this.dispatcher.run(definition, command, 'stored', timeoutMs, options);
    const { receipt, deadline } = run as { readonly receipt: StoredReceipt; readonly deadline: number };
    const leftMs = Math.max(0, Math.ceil(deadline - performance.now()));
    if (await this.projections.untilApplied(receipt, projection, leftMs)) return receipt;
    throw new ProjectionTimeoutError(receipt, projection.name, timeoutMs);
  }

  /**
   * What became of a command that was answered `queued`, here or in another process; `undefined` while it waits, and
   * when its outcome is not kept any more (`answersKeptMs` of the queue).
   *
   * @param receipt the receipt, or its two fields that name it
   * @throws InvalidTenantError, InvalidArgumentError
   */
  async outcome({
    tenantId,
    receiptId,
  }: Pick<QueuedReceipt, 'tenantId' | 'receiptId'>): Promise<CommandOutcome | undefined> {
    const value = await this.queue.answer(tenantId, receiptId);
    return value === undefined ? undefined : decodeOutcome(value);
  }
}

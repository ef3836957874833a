import type { Clock } from '../clock/clock.js';
import { MAX_TIMER_MS } from '../errors/integer-problem.js';
import type { IdGenerator } from '../events/id-generator.js';
import type { CommandJob } from '../queue/job.js';
import type { GroupQueue } from '../queue/group-queue.js';
import type { Lane } from '../queue/lane.js';
import type { CommandDefinition } from './command-definition.js';
import type { CommandEncoder, EncodedCommand } from './command-encoder.js';
import { CommandFailedError } from './command-failed.error.js';
import type { CommandReceipt, QueuedReceipt, StoredReceipt } from './command-receipt.js';
import { commandMetadata } from './command-metadata.js';
import { CommandRejectedError } from './command-rejected.error.js';
import { CommandTimeoutError } from './command-timeout.error.js';
import { type CommandTiming, timingOf } from './command-timing.js';
import { delayed } from './come-due.js';
import type { DispatchOptions } from './dispatch-options.js';
import type { CommandMiddlewares } from './middleware/command-middlewares.js';
import { NotReadyError } from './not-ready.error.js';
import { decodeOutcome } from './outcome-codec.js';

export interface CommandDispatcherOptions {
  /** Whether commands may be handled in another process, so that the answer is `queued`. */
  readonly sharedQueue: boolean;
  readonly commandTimeoutMs: number;
}

/** A command that was accepted. */
export interface Dispatched {
  readonly receipt: CommandReceipt;
  /** Until when its sender waits for what follows, by `performance.now()`. */
  readonly deadline: number;
}

/** The front half of a command's way: validate, pass through middleware, stage, and wait for the outcome where that is wanted. */
export class CommandDispatcher {
  private isOpen = false;

  constructor(
    private readonly queue: GroupQueue,
    private readonly encoder: CommandEncoder,
    private readonly middlewares: CommandMiddlewares,
    private readonly ids: IdGenerator,
    private readonly clock: Clock,
    private readonly options: CommandDispatcherOptions,
  ) {}

  /** What `commandBus.execute()` does. */
  async dispatch(definition: CommandDefinition, command: object): Promise<CommandReceipt> {
    return (await this.run(definition, command, 'queued', this.options.commandTimeoutMs)).receipt;
  }

  /** @param timeoutMs how long the outcome is waited for, where it is */
  async run(
    definition: CommandDefinition,
    command: object,
    waitFor: 'queued' | 'stored',
    timeoutMs: number,
    given: DispatchOptions = {},
  ): Promise<Dispatched> {
    const encoded = this.encoder.encode(definition, command, () => this.ids.next());
    const timing = timingOf(definition, command, given);
    // What waits in the memory of this process alone is no promise to anybody.
    const awaited = waitFor === 'stored' || (!this.options.sharedQueue && timing.delayMs === 0);
    if (awaited && !this.isOpen) throw new NotReadyError();
    const { options, pipeline, aggregateType } = definition;
    const { tenantId, aggregateId, commandId } = encoded;
    const dispatched = { type: options.type, pipeline, command, tenantId, aggregateType, aggregateId, commandId };
    const queued = await this.middlewares.dispatch({ ...dispatched, delayMs: timing.delayMs }, () =>
      this.stage(definition, encoded, awaited, timing),
    );
    const waitMs = Math.min(timing.delayMs + timeoutMs, MAX_TIMER_MS);
    const deadline = performance.now() + waitMs;
    return { receipt: awaited ? await this.stored(queued, waitMs) : queued, deadline };
  }

  /** From now on outcomes may be waited for. */
  open(): void {
    this.isOpen = true;
  }

  /** Of commands with one key, all are answered with the receipt of the first. */
  private async stage(
    definition: CommandDefinition,
    encoded: EncodedCommand,
    awaited: boolean,
    { delayMs, once }: CommandTiming,
  ): Promise<QueuedReceipt> {
    const accepted = this.toJob(definition, encoded, awaited);
    const staged = delayMs === 0 ? accepted : delayed(accepted, delayMs);
    const { commandId, receiptId } = accepted.job;
    let named = { commandId, receiptId };
    if (once) named = JSON.parse(await this.queue.stageOnce(staged, { ...once, value: JSON.stringify(named) }));
    else await this.queue.stage([staged]);
    return { status: 'queued', tenantId: encoded.tenantId, ...named };
  }

  private toJob(
    { options, pipeline, aggregateType }: CommandDefinition,
    { tenantId, aggregateId, commandId, data }: EncodedCommand,
    awaited: boolean,
  ): { readonly lane: Lane; readonly job: CommandJob } {
    const job: CommandJob = {
      kind: 'command',
      commandId,
      receiptId: this.ids.next(),
      awaited,
      type: options.type,
      data,
      metadata: commandMetadata(tenantId, commandId),
      acceptedAt: this.clock.now(),
    };
    return { lane: { tenantId, kind: 'command', component: pipeline, aggregateType, id: aggregateId }, job };
  }

  private async stored(receipt: QueuedReceipt, timeoutMs: number): Promise<StoredReceipt> {
    const { commandId, tenantId, receiptId } = receipt;
    const value = await this.queue.awaitAnswer(tenantId, receiptId, timeoutMs);
    if (value === undefined) throw new CommandTimeoutError(receipt, timeoutMs);
    const outcome = decodeOutcome(value);
    switch (outcome.status) {
      case 'stored':
        return outcome;
      case 'rejected':
        throw new CommandRejectedError(outcome.message, { reason: outcome.reason, details: outcome.details });
      case 'failed':
        throw new CommandFailedError(commandId, outcome.code, outcome.kind, outcome.message);
    }
  }
}

import type { Clock } from '../clock/clock.js';
import type { EventMetadata } from '../events/event-metadata.js';
import type { IdGenerator } from '../events/id-generator.js';
import type { CommandJob } from '../queue/job.js';
import type { GroupQueue } from '../queue/group-queue.js';
import type { Lane } from '../queue/lane.js';
import { TenantContext } from '../tenancy/tenant-context.js';
import type { CommandDefinition } from './command-definition.js';
import type { CommandEncoder } from './command-encoder.js';
import { CommandFailedError } from './command-failed.error.js';
import type { CommandReceipt, QueuedReceipt, StoredReceipt } from './command-receipt.js';
import { CommandRejectedError } from './command-rejected.error.js';
import { CommandTimeoutError } from './command-timeout.error.js';
import { NotReadyError } from './not-ready.error.js';
import { decodeOutcome } from './outcome-codec.js';

export interface CommandDispatcherOptions {
  /** Whether commands may be handled in another process, so that the answer is `queued`. */
  readonly sharedQueue: boolean;
  readonly commandTimeoutMs: number;
}

/** The front half of a command's way: validate, stage, and wait for the outcome where that is wanted. */
export class CommandDispatcher {
  private isOpen = false;

  constructor(
    private readonly queue: GroupQueue,
    private readonly encoder: CommandEncoder,
    private readonly ids: IdGenerator,
    private readonly clock: Clock,
    private readonly options: CommandDispatcherOptions,
  ) {}

  /** What `commandBus.execute()` does. */
  dispatch(definition: CommandDefinition, command: object): Promise<CommandReceipt> {
    return this.run(definition, command, 'queued', this.options.commandTimeoutMs);
  }

  /** @param timeoutMs how long the outcome is waited for, where it is */
  async run(
    definition: CommandDefinition,
    command: object,
    waitFor: 'queued' | 'stored',
    timeoutMs: number,
  ): Promise<CommandReceipt> {
    // What waits in the memory of this process alone is no promise to anybody.
    const awaited = waitFor === 'stored' || !this.options.sharedQueue;
    const staged = this.toJob(definition, command, awaited);
    if (awaited && !this.isOpen) throw new NotReadyError();
    await this.queue.stage([staged]);
    const { commandId, receiptId } = staged.job;
    const receipt = { status: 'queued', commandId, tenantId: staged.lane.tenantId, receiptId } as const;
    return awaited ? await this.stored(receipt, timeoutMs) : receipt;
  }

  /** From now on outcomes may be waited for. */
  open(): void {
    this.isOpen = true;
  }

  private toJob(
    definition: CommandDefinition,
    command: object,
    awaited: boolean,
  ): { readonly lane: Lane; readonly job: CommandJob } {
    const { options, pipeline, aggregateType } = definition;
    const encoded = this.encoder.encode(definition, command, () => this.ids.next());
    const { tenantId, aggregateId, commandId, data } = encoded;
    const job: CommandJob = {
      kind: 'command',
      commandId,
      receiptId: this.ids.next(),
      awaited,
      type: options.type,
      data,
      metadata: metadataOf(commandId),
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

function metadataOf(commandId: string): EventMetadata {
  const context = TenantContext.current();
  return {
    correlationId: context?.correlationId ?? commandId,
    causationId: context?.causationId,
    userId: context?.userId,
    traceparent: context?.traceparent,
  };
}

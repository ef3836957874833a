import { Logger } from '@nestjs/common';
import type { CommandJob } from '../queue/job.js';
import type { Lane } from '../queue/lane.js';
import type { CommandOutcome } from './command-outcome.js';

/** Writes down what was not stored and nobody waits to hear of. */
export class OutcomeLog {
  private readonly logger = new Logger('EventSourcing');

  note(
    { tenantId, component, id }: Lane,
    { awaited, commandId, receiptId }: CommandJob,
    outcome: CommandOutcome,
  ): void {
    if (awaited || outcome.status === 'stored') return;
    const command = { tenantId, pipeline: component, aggregateId: id, commandId, receiptId };
    if (outcome.status === 'rejected') {
      this.logger.warn({ message: 'A command was rejected', ...command, reason: outcome.reason });
    } else {
      this.logger.error({ message: 'A command failed', ...command, code: outcome.code, error: outcome.message });
    }
  }
}

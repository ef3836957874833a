import type { TenantId } from '../tenancy/tenant-id.js';
import type { CommandOutcome } from './command-outcome.js';

/** Tells those who wait for a command how it ended. */
export abstract class CommandOutcomes {
  abstract publish(tenantId: TenantId, aggregateId: string, outcome: CommandOutcome): void;

  /**
   * Resolves with the next outcome of the command.
   *
   * @throws CommandTimeoutError after `timeoutMs`
   */
  abstract next(tenantId: TenantId, aggregateId: string, commandId: string, timeoutMs: number): Promise<CommandOutcome>;
}

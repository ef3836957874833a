import type { Clock } from '../clock/clock.js';
import { encodeKey } from '../tenancy/encode-key.js';
import type { TenantId } from '../tenancy/tenant-id.js';
import type { CommandOutcome } from './command-outcome.js';
import { CommandOutcomes } from './command-outcomes.js';
import { CommandTimeoutError } from './command-timeout.error.js';

type Waiter = (outcome: CommandOutcome) => void;

/** Outcomes for callers in the process that handles the commands. Keeps nothing that nobody waits for. */
export class InProcessCommandOutcomes extends CommandOutcomes {
  private readonly waiters = new Map<string, Set<Waiter>>();

  constructor(private readonly clock: Clock) {
    super();
  }

  publish(tenantId: TenantId, aggregateId: string, outcome: CommandOutcome): void {
    const key = encodeKey(tenantId, aggregateId, outcome.commandId);
    const waiters = this.waiters.get(key);
    this.waiters.delete(key);
    waiters?.forEach((waiter) => waiter(outcome));
  }

  next(tenantId: TenantId, aggregateId: string, commandId: string, timeoutMs: number): Promise<CommandOutcome> {
    const key = encodeKey(tenantId, aggregateId, commandId);
    return new Promise((resolve, reject) => {
      const waiters = this.waiters.get(key) ?? new Set();
      this.waiters.set(key, waiters);
      const waiter: Waiter = (outcome) => {
        cancel();
        resolve(outcome);
      };
      const cancel = this.clock.schedule(timeoutMs, () => {
        waiters.delete(waiter);
        if (waiters.size === 0 && this.waiters.get(key) === waiters) this.waiters.delete(key);
        reject(new CommandTimeoutError(commandId, timeoutMs));
      });
      waiters.add(waiter);
    });
  }
}

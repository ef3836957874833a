import { Logger } from '@nestjs/common';
import type { Clock } from '../clock/clock.js';
import { type Lane, laneKey } from '../queue/lane.js';
import { encodeKey } from '../tenancy/encode-key.js';
import type { CommandOutcome } from './command-outcome.js';
import { CommandOutcomes, type OutcomeWait } from './command-outcomes.js';
import { CommandTimeoutError } from './command-timeout.error.js';

type Waiter = (outcome: CommandOutcome) => void;

/**
 * Outcomes for callers in the process that handles the commands. Keeps nothing that nobody waits for; what was not
 * stored and has nobody who hears of it, as with a shared queue, is logged.
 */
export class InProcessCommandOutcomes extends CommandOutcomes {
  private readonly logger = new Logger('EventSourcing');
  private readonly waiters = new Map<string, Set<Waiter>>();

  constructor(private readonly clock: Clock) {
    super();
  }

  publish(lane: Lane, outcome: CommandOutcome): void {
    const key = keyOf(lane, outcome.commandId);
    const waiters = this.waiters.get(key);
    this.waiters.delete(key);
    if (waiters) waiters.forEach((waiter) => waiter(outcome));
    else this.log(lane, outcome);
  }

  private log({ tenantId, component, id }: Lane, outcome: CommandOutcome): void {
    const command = { tenantId, pipeline: component, aggregateId: id, commandId: outcome.commandId };
    if (outcome.status === 'rejected') {
      this.logger.warn({ message: 'A command was rejected', ...command, reason: outcome.reason });
    } else if (outcome.status === 'failed') {
      this.logger.error({ message: 'A command failed', ...command, code: outcome.code, error: outcome.message });
    }
  }

  wait(lane: Lane, commandId: string, timeoutMs: number): OutcomeWait {
    const key = keyOf(lane, commandId);
    let cancel = (): void => {};
    const outcome = new Promise<CommandOutcome>((resolve, reject) => {
      const waiter: Waiter = (result) => {
        cancelTimeout();
        resolve(result);
      };
      const cancelTimeout = this.clock.schedule(timeoutMs, () => {
        cancel();
        reject(new CommandTimeoutError(commandId, timeoutMs));
      });
      cancel = () => {
        cancelTimeout();
        this.forget(key, waiter);
      };
      const waiters = this.waiters.get(key) ?? new Set();
      this.waiters.set(key, waiters.add(waiter));
    });
    return { outcome, cancel };
  }

  private forget(key: string, waiter: Waiter): void {
    const waiters = this.waiters.get(key);
    waiters?.delete(waiter);
    if (waiters?.size === 0) this.waiters.delete(key);
  }
}

function keyOf(lane: Lane, commandId: string): string {
  return encodeKey(laneKey(lane), commandId);
}

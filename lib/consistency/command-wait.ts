import type { AppliedWait, AwaitedProjection } from '../commands/applied-wait.js';
import type { StoredReceipt } from '../commands/command-receipt.js';
import type { ProjectionRegistry } from '../projections/projection-registry.js';
import type { Consistency } from './consistency.js';
import { consistencyToken } from './create-consistency-token.js';

/** Lets senders of commands wait for projections. */
export class CommandWait implements AppliedWait {
  constructor(
    private readonly registry: ProjectionRegistry,
    private readonly consistency: Consistency,
  ) {}

  check(projection: AwaitedProjection): void {
    this.registry.foldOrMap(projection);
  }

  async untilApplied(receipt: StoredReceipt, projection: AwaitedProjection, timeoutMs: number): Promise<boolean> {
    const { tenantId } = receipt;
    const { status } = await this.consistency.applied(consistencyToken(receipt), projection, { timeoutMs, tenantId });
    return status !== 'timed-out';
  }
}

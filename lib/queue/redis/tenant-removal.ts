import { randomUUID } from 'node:crypto';
import type { RedisConnection } from '../../redis/redis-connection.js';
import { encodeKey } from '../../tenancy/encode-key.js';
import type { TenantId } from '../../tenancy/tenant-id.js';
import { RemovalSteps } from './removal-steps.js';
import { FORGET_LANES } from './scripts/forget-lanes.script.js';
import { FORGET_RECORDS } from './scripts/forget-records.script.js';

/** How long the tenant counts as being forgotten after the last word of this process. */
const MARK_MS = 15_000;

/**
 * Removes a tenant from the queue: first its lanes, in rounds over all states, while the server takes nothing of it;
 * when there are none left, and so nobody puts a job aside, its dead letters; then what is held of it, and the records.
 *
 * What runs in other processes ends there, and is waited for. A process that died is waited for until its leases end;
 * who held one of them and lives after all has lost it. If this process dies, the mark runs out and what is left goes
 * on.
 */
export class TenantRemoval {
  private readonly steps: RemovalSteps;
  private readonly tenant: string;
  private readonly name = randomUUID();

  constructor(connection: Pick<RedisConnection, 'run'>, prefix: string, tenantId: TenantId) {
    this.steps = new RemovalSteps(connection, prefix);
    this.tenant = encodeKey(tenantId);
  }

  /** @param groups lists the components that have dead letters */
  async run(groups: () => Promise<readonly string[]>): Promise<number> {
    const { steps, tenant, name } = this;
    let jobs = await steps.lanes(FORGET_LANES, [tenant, name, MARK_MS]);
    for (const group of await groups()) jobs += await steps.deadLetters(tenant, group);
    await steps.run(FORGET_RECORDS, [tenant, name]);
    return jobs;
  }
}

import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { RedisConnection } from '../../redis/redis-connection.js';
import { encodeKey } from '../../tenancy/encode-key.js';
import type { TenantId } from '../../tenancy/tenant-id.js';
import { runScript } from './run-script.js';
import { FORGET_DEAD_LETTERS } from './scripts/forget-dead-letters.script.js';
import { FORGET_LANES } from './scripts/forget-lanes.script.js';
import { FORGET_RECORDS } from './scripts/forget-records.script.js';

/** How long the tenant counts as being forgotten after the last word of this process. */
const MARK_MS = 15_000;
/** Dead letters that one script looks at. */
const PAGE = 200;
/** Pauses between rounds while something of the tenant runs. */
const FIRST_PAUSE_MS = 10;
const MAX_PAUSE_MS = 500;

/**
 * Removes a tenant from the queue: first its lanes, in rounds over all states, while the server takes nothing of it;
 * when there are none left, and so nobody puts a job aside, its dead letters; then what is held of it, and the records.
 *
 * What runs in other processes ends there, and is waited for. A process that died is waited for until its leases end;
 * who held one of them and lives after all has lost it. If this process dies, the mark runs out and what is left goes
 * on.
 */
export class TenantRemoval {
  private readonly tenant: string;
  private readonly name = randomUUID();

  constructor(
    private readonly connection: Pick<RedisConnection, 'run'>,
    private readonly prefix: string,
    tenantId: TenantId,
  ) {
    this.tenant = encodeKey(tenantId);
  }

  /** @param groups lists the components that have dead letters */
  async run(groups: () => Promise<readonly string[]>): Promise<number> {
    let jobs = 0;
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, MAX_PAUSE_MS)) {
      const round = await this.forgetLanes();
      jobs += round.jobs;
      if (round.found === 0) break;
      if (round.jobs > 0) pauseMs = FIRST_PAUSE_MS;
      await delay(pauseMs);
    }
    for (const group of await groups()) jobs += await this.forgetDeadLetters(group);
    await this.script(FORGET_RECORDS, [this.tenant, this.name]);
    return jobs;
  }

  private async forgetLanes(): Promise<{ readonly jobs: number; readonly found: number }> {
    const round = { jobs: 0, found: 0 };
    let cursor = '0';
    do {
      const args = [this.tenant, this.name, MARK_MS, cursor];
      const [jobs, found, next] = (await this.script(FORGET_LANES, args)) as [number, number, string];
      round.jobs += jobs;
      round.found += found;
      cursor = next;
    } while (cursor !== '0');
    return round;
  }

  private async forgetDeadLetters(group: string): Promise<number> {
    let letters = 0;
    let after = '-inf';
    do {
      const args = [this.tenant, group, after, PAGE];
      const [removed, last] = (await this.script(FORGET_DEAD_LETTERS, args)) as [number, string];
      letters += removed;
      after = last;
    } while (after !== '');
    return letters;
  }

  private script(script: Parameters<typeof runScript>[1], args: readonly (string | number)[]): Promise<unknown> {
    return runScript(this.connection, script, this.prefix, args);
  }
}

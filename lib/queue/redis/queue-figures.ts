import type { RedisConnection } from '../../redis/redis-connection.js';
import type { RedisScript } from '../../redis/redis-script.js';
import { encodeKey } from '../../tenancy/encode-key.js';
import type { TenantId } from '../../tenancy/tenant-id.js';
import { componentKey, type Lane, parseLaneKey } from '../lane.js';
import { isFigure, type QueueUsage, sumByPipeline, UsageSums } from '../queue-usage.js';
import { runScript } from './run-script.js';
import { LONGEST_READY } from './scripts/longest-ready.script.js';
import { PIPELINES } from './scripts/pipelines.script.js';
import { USAGE } from './scripts/usage.script.js';

/** Tenants, and suspects, of one group that one script looks at. */
const PAGE = 200;

type UsageReply = readonly [fields: readonly string[], leased: readonly string[], groups: readonly string[]];
type LongestReply = readonly [tenantsAndTimes: readonly (string | number)[], isLast: number];

/** How much there is of what, from the counters and from the heads of the lists. */
export class QueueFigures {
  constructor(
    private readonly connection: Pick<RedisConnection, 'run'>,
    private readonly prefix: string,
  ) {}

  async byTenant(): Promise<ReadonlyMap<TenantId, QueueUsage>> {
    const [usage, groups] = await this.counted('tenant', ({ tenantId }) => encodeKey(tenantId));
    await this.addLongestReady(groups, (_, tenant) => tenant, usage);
    return new Map([...usage.byKey].map(([tenant, one]) => [decodeURIComponent(tenant) as TenantId, one]));
  }

  async byComponent(): Promise<ReadonlyMap<string, QueueUsage>> {
    const [usage, groups] = await this.counted('group', componentKey);
    await this.addLongestReady(groups, (group) => group, usage);
    return usage.byKey;
  }

  async byPipeline(): Promise<ReadonlyMap<string, QueueUsage>> {
    return sumByPipeline(await this.byComponent(), await this.pipelines());
  }

  /** The pipelines of components, by `componentKey()`. */
  async pipelines(): Promise<ReadonlyMap<string, string>> {
    const fields = (await this.run(PIPELINES, [])) as string[];
    const found = new Map<string, string>();
    for (let index = 0; index < fields.length; index += 2) {
      found.set(fields[index]!, decodeURIComponent(fields[index + 1]!));
    }
    return found;
  }

  async groupsWithDeadLetters(): Promise<readonly string[]> {
    const [usage] = await this.counted('group', componentKey);
    return [...usage.byKey].filter(([, { deadLetters }]) => deadLetters > 0).map(([group]) => group);
  }

  /** Also answers the groups in which lanes are ready. */
  private async counted(
    by: 'tenant' | 'group',
    nameOf: (lane: Lane) => string,
  ): Promise<readonly [UsageSums<string>, readonly string[]]> {
    const [fields, leased, groups] = (await this.run(USAGE, [by])) as UsageReply;
    const usage = new UsageSums<string>();
    for (let index = 0; index < fields.length; index += 2) {
      const [name, what] = fields[index]!.split(' ') as [string, string];
      if (isFigure(what)) usage.add(name, { [what]: Number(fields[index + 1]) });
    }
    for (const lane of leased) usage.add(nameOf(parseLaneKey(lane)), { running: 1 });
    return [usage, groups];
  }

  private async addLongestReady(
    groups: readonly string[],
    keyOf: (group: string, tenant: string) => string,
    usage: UsageSums<string>,
  ): Promise<void> {
    for (const group of groups) {
      for (let from = 0, isLast = 0; isLast === 0; from += PAGE) {
        const reply = (await this.run(LONGEST_READY, [group, from, PAGE])) as LongestReply;
        const [found] = reply;
        for (let index = 0; index < found.length; index += 2) {
          usage.add(keyOf(group, String(found[index])), { longestReadyMs: Number(found[index + 1]) });
        }
        isLast = reply[1];
      }
    }
  }

  private run(script: RedisScript, args: readonly (string | number)[]): Promise<unknown> {
    return runScript(this.connection, script, this.prefix, args);
  }
}

import { Logger } from '@nestjs/common';
import type { Clock } from '../../clock/clock.js';
import { describeError } from '../../errors/describe-error.js';
import type { RedisConnection } from '../../redis/redis-connection.js';
import type { RedisScript } from '../../redis/redis-script.js';
import type { EventRoute } from '../event-route.js';
import type { EventRoutes, LiveRoutes } from '../event-routes.js';
import { GroupQueue } from '../group-queue.js';
import { decodeRoute, encodeRoute } from './route-codec.js';
import { runScript } from './run-script.js';
import { COMPARED_ROUTES } from './scripts/compared-routes.script.js';
import { KEEP_ROUTES } from './scripts/keep-routes.script.js';
import { LEAVE_ROUTES } from './scripts/leave-routes.script.js';
import { LIVE_ROUTES } from './scripts/live-routes.script.js';

/** Routes are kept again that often in the time for which they stay live. */
const KEEPS_A_LIFE = 10;
/** How often those who keep the same routes may do so before those of a process that has ended are gone. */
const KEEPS_AFTER_THE_END = 2;

/** A route, and since when it is uncompared. */
type Uncompared = readonly [route: string, since: string];

/**
 * Routes on the server, each with the time until which it is live. A route goes through these states:
 *
 *     gone ──keep──▶ live, uncompared ──compared──▶ live ──keep──▶ live
 *      ▲                      └──nobody keeps it any more, or the server lost it──┘
 *      └──────────────────────────────────────────┘
 *
 * That it is uncompared stands on the server, too: whoever keeps it compares it, if he who began to does not come to an end.
 */
export class RedisEventRoutes implements EventRoutes {
  private readonly logger = new Logger(GroupQueue.name);
  private kept: readonly string[] = [];
  private compare = async (): Promise<void> => {};
  private isComparing = false;
  private ended = false;
  private cancelNext = (): void => {};

  /** @param keptMs how long a route stays live after it was last kept */
  constructor(
    private readonly connection: Pick<RedisConnection, 'run'>,
    private readonly prefix: string,
    private readonly keptMs: number,
    private readonly clock: Clock,
  ) {}

  async keep(routes: readonly EventRoute[], compare: () => Promise<void>): Promise<void> {
    this.kept = routes.map(encodeRoute);
    this.compare = compare;
    const uncompared = await this.keepLive();
    this.schedule();
    await this.compareWithLog(uncompared);
  }

  async live(): Promise<LiveRoutes> {
    const [revision, texts] = (await this.script(LIVE_ROUTES)) as [string, string[]];
    const routes = texts.map(decodeRoute);
    const readable = routes.filter((route) => route !== undefined);
    return { revision, routes: readable, complete: readable.length === routes.length };
  }

  /** Keeps nothing any more. Never rejects. */
  async end(): Promise<void> {
    this.ended = true;
    this.cancelNext();
    if (this.kept.length === 0) return;
    const graceMs = Math.ceil((this.keptMs * KEEPS_AFTER_THE_END) / KEEPS_A_LIFE);
    // Left alone, they stay for as long as those of a process that was killed.
    await this.script(LEAVE_ROUTES, [graceMs, ...this.kept]).catch(() => undefined);
  }

  private schedule(): void {
    if (this.ended || this.kept.length === 0) return;
    this.cancelNext = this.clock.schedule(Math.ceil(this.keptMs / KEEPS_A_LIFE), () => void this.keepOn());
  }

  private async keepOn(): Promise<void> {
    try {
      const uncompared = await this.keepLive().finally(() => this.schedule());
      if (uncompared.length > 0 && !this.isComparing) await this.compareWithLog(uncompared);
    } catch (error) {
      if (!this.ended) this.logger.warn({ message: 'Routes of events are kept later', error: describeError(error) });
    }
  }

  private async compareWithLog(uncompared: readonly Uncompared[]): Promise<void> {
    this.isComparing = true;
    try {
      await this.compare();
    } finally {
      this.isComparing = false;
    }
    // When it is not noted, it is done once more.
    await this.script(COMPARED_ROUTES, uncompared.flat()).catch(() => undefined);
  }

  private async keepLive(): Promise<readonly Uncompared[]> {
    if (this.kept.length === 0) return [];
    const since = (await this.script(KEEP_ROUTES, [this.keptMs, ...this.kept])) as string[];
    return this.kept.map((route, index) => [route, since[index]!] as const).filter(([, one]) => one !== '');
  }

  private script(script: RedisScript, args: readonly (string | number)[] = []): Promise<unknown> {
    return runScript(this.connection, script, this.prefix, args);
  }
}

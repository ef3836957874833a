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
import { KEEP_ROUTES } from './scripts/keep-routes.script.js';
import { LEAVE_ROUTES } from './scripts/leave-routes.script.js';
import { LIVE_ROUTES } from './scripts/live-routes.script.js';

/** Routes are kept again that often in the time for which they stay live. */
const KEEPS_A_LIFE = 10;
/** How often those who keep the same routes may do so before those of a process that has ended are gone. */
const KEEPS_AFTER_THE_END = 2;

/**
 * Routes on the server, each with the time until which it is live, and the one since when.
 *
 *     gone ──keep──▶ live, since then ──keep──▶ live, since then
 *      ▲                     └──nobody keeps it any more, or the server lost it──┐
 *      └─────────────────────────────────────────────────────────────────────────┘
 *
 * A process compares its routes when they are live since another time than when it compared them last.
 */
export class RedisEventRoutes implements EventRoutes {
  private readonly logger = new Logger(GroupQueue.name);
  private kept: readonly string[] = [];
  /** Since when they were live when they were last compared. */
  private compared = '';
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
    const since = await this.keepLive();
    this.schedule();
    await this.compareWithLog(since);
  }

  async renew(): Promise<void> {
    await this.keepLive();
  }

  async live(): Promise<LiveRoutes> {
    const [revision, texts, since] = (await this.script(LIVE_ROUTES)) as [string, string[], (string | null)[]];
    const routes = texts.flatMap((text, index) => {
      const route = decodeRoute(text);
      return route ? [{ ...route, since: since[index] ?? '' }] : [];
    });
    return { revision, routes, complete: routes.length === texts.length };
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
      const since = await this.keepLive().finally(() => this.schedule());
      if (since !== this.compared && !this.isComparing) await this.compareWithLog(since);
    } catch (error) {
      if (!this.ended) this.logger.warn({ message: 'Routes of events are kept later', error: describeError(error) });
    }
  }

  private async compareWithLog(since: string): Promise<void> {
    this.isComparing = true;
    try {
      await this.compare();
      this.compared = since;
    } finally {
      this.isComparing = false;
    }
  }

  /** Answers since when each of them is live. */
  private async keepLive(): Promise<string> {
    if (this.kept.length === 0) return '';
    return ((await this.script(KEEP_ROUTES, [this.keptMs, ...this.kept])) as string[]).join(' ');
  }

  private script(script: RedisScript, args: readonly (string | number)[] = []): Promise<unknown> {
    return runScript(this.connection, script, this.prefix, args);
  }
}

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { EventStore, GroupQueue, type ProjectionBuildStatus, ProjectionMaintenance } from '../../../lib/index.js';
import type { Compiled } from '../../support/compile.js';
import { retrySuspects } from '../retry-suspects.js';
import { judge, type Verdict, type View } from './judge-tallies.js';
import { pieceAt } from './pieces.js';
import { RELEASES } from './releases.js';
import { tallyApp } from './tally-app.js';
import { TallyFleet } from './tally-fleet.js';
import { readHeads } from './streams.js';
import { Counted, TALLY } from './tallies.js';
import type { TallyPlan, TallySettings } from './tally-plan.js';

const POLL_MS = 100;

/** One run of the application: its processes, and the test's own view of its stores. */
export class TallyWorld {
  /** Lanes that lost three workers and were let go on by hand. */
  retriedLanes = 0;
  /** What is judged: of this release, and once it runs of the next one. */
  readonly views: View[];

  private constructor(
    readonly fleet: TallyFleet,
    readonly settings: TallySettings,
    /** A web process that neither feeds nor dies. */
    readonly app: INestApplicationContext,
  ) {
    this.views = [{ app, release: RELEASES.this }];
  }

  static async open(compiled: Compiled, plan: Omit<TallySettings, 'journals'>): Promise<TallyWorld> {
    const settings = { ...plan, journals: await mkdtemp(join(tmpdir(), 'chaos-')) };
    const app = await openApp({ ...settings, name: 'test', role: 'web' });
    return new TallyWorld(new TallyFleet(compiled, settings), settings, app);
  }

  /** A web process of the next release. Call it when there is a history, before any other process of that release. */
  async openNext(): Promise<INestApplicationContext> {
    const app = await openApp({ ...this.settings, name: 'test of the next release', role: 'web', release: 'next' });
    this.views.push({ app, release: RELEASES.next, silentUpTo: await readHeads(app) });
    return app;
  }

  /** Call it when a worker of the next release is, or was, there: what comes from now on is nobody's history. */
  async nextIsUp(): Promise<void> {
    const view = this.views[1]!;
    this.views[1] = { wholeSince: await readHeads(this.app), ...view };
  }

  /** Plain reactors may have missed what there is: a queue lost it. */
  async excuse(): Promise<void> {
    this.views[0] = { ...this.views[0]!, wholeSince: await readHeads(this.app) };
  }

  /** How far the version of the next release is. */
  async build(): Promise<ProjectionBuildStatus> {
    const builds = await this.views[1]!.app.get(ProjectionMaintenance).builds();
    return builds.find(({ version }) => version === 2)!;
  }

  /** Resolves when so many events are in the log. */
  async grown(events: number): Promise<void> {
    const length = async (): Promise<number> =>
      [...(await readHeads(this.app)).values()].reduce((sum, sequence) => sum + sequence, 0);
    while ((await length()) < events) await delay(POLL_MS);
  }

  /** Appends the first events of all aggregates from here. */
  async append(events: number): Promise<void> {
    const numbers = Array.from({ length: events }, (_, index) => ({ data: Counted.of(index + 1) }));
    for (let aggregate = 0; aggregate < this.settings.aggregates; aggregate += 1) {
      const { tenantId, id } = pieceAt(aggregate, this.settings.aggregates);
      await this.app.get(EventStore).append({ tenantId, aggregateType: TALLY, aggregateId: id }, numbers);
    }
  }

  /** Lets the web processes feed so many pieces more whenever little is left to do, until something is over. */
  async feedUntil(over: Promise<unknown>, pieces: number, maxWaitingJobs: number): Promise<void> {
    const ended = over.then(
      () => true,
      () => true,
    );
    while (!(await Promise.race([ended, delay(POLL_MS, false)]))) {
      // While the queue is away there is enough to do.
      const jobs = await this.waitingJobs().catch(() => Number.POSITIVE_INFINITY);
      if (jobs <= maxWaitingJobs) this.fleet.feed(this.fleet.feeds + pieces);
    }
  }

  /** Lanes that lost three workers go on first, or they would fill up. */
  private async waitingJobs(): Promise<number> {
    const queue = this.app.get(GroupQueue);
    this.retriedLanes += await retrySuspects(queue);
    return (await queue.depth()).jobs;
  }

  /** Lets the web process feed the pieces below `upTo`, and resolves when they are answered. */
  async feed(upTo: number): Promise<void> {
    this.fleet.feed(upTo);
    await Promise.all(this.fleet.webs.map((web) => web.hasFed(upTo)));
  }

  /** Resolves when the workers have nothing left to do. @throws Error after `timeoutMs` */
  async settle(timeoutMs: number): Promise<void> {
    const until = performance.now() + timeoutMs;
    const queue = this.app.get(GroupQueue);
    for (;;) {
      // In this order: what is found undispatched is staged before it is struck.
      const undispatched = await this.app.get(EventStore).undispatched({ olderThanMs: 0, limit: 1 });
      const depth = await queue.depth();
      if (depth.jobs === 0 && undispatched.length === 0) return;
      this.retriedLanes += await retrySuspects(queue);
      if (performance.now() > until) {
        throw new Error(`There is still something to do: ${JSON.stringify({ depth, undispatched })}`);
      }
      await delay(POLL_MS);
    }
  }

  judge(): Promise<Verdict> {
    return judge(this.views, this.settings);
  }

  async close(): Promise<void> {
    await this.fleet.kill();
    for (const { app } of this.views) await app.close();
    await rm(this.settings.journals, { recursive: true, force: true });
  }
}

function openApp(plan: TallyPlan): Promise<INestApplicationContext> {
  return NestFactory.createApplicationContext(tallyApp(plan), { logger: false });
}

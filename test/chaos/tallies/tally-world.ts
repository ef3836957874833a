import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { EventStore, GroupQueue } from '../../../lib/index.js';
import type { Compiled } from '../../support/compile.js';
import { judge, type Verdict } from './judge-tallies.js';
import { tallyApp } from './tally-app.js';
import { TallyFleet } from './tally-fleet.js';
import type { TallySettings } from './tally-plan.js';

const POLL_MS = 100;
/** Of an operator who looks at a lane that lost worker after worker. */
const NOTE = { by: 'chaos', reason: 'its workers were killed' };

/** One run of the application: its processes, and the test's own view of its stores. */
export class TallyWorld {
  /** Lanes that lost three workers and were let go on by hand. */
  retriedLanes = 0;

  private constructor(
    readonly fleet: TallyFleet,
    readonly settings: TallySettings,
    /** A web process that neither feeds nor dies. */
    readonly app: INestApplicationContext,
  ) {}

  static async open(compiled: Compiled, plan: Omit<TallySettings, 'journals'>): Promise<TallyWorld> {
    const settings = { ...plan, journals: await mkdtemp(join(tmpdir(), 'chaos-')) };
    const module = tallyApp({ ...settings, name: 'test', role: 'web' });
    const app = await NestFactory.createApplicationContext(module, { logger: false });
    return new TallyWorld(new TallyFleet(compiled, settings), settings, app);
  }

  /** Lets the web processes feed so many pieces more whenever little is left to do, until something is over. */
  async feedUntil(over: Promise<unknown>, pieces: number, maxWaitingJobs: number): Promise<void> {
    const ended = over.then(
      () => true,
      () => true,
    );
    while (!(await Promise.race([ended, delay(POLL_MS, false)]))) {
      const { jobs } = await this.app.get(GroupQueue).depth();
      if (jobs <= maxWaitingJobs) this.fleet.feed(this.fleet.feeds + pieces);
    }
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
      for (const { lane } of await queue.control.parkedLanes()) {
        if (await queue.control.retryLane(lane, NOTE)) this.retriedLanes += 1;
      }
      if (performance.now() > until) {
        throw new Error(`There is still something to do: ${JSON.stringify({ depth, undispatched })}`);
      }
      await delay(POLL_MS);
    }
  }

  judge(): Promise<Verdict> {
    return judge(this.app, this.settings);
  }

  async close(): Promise<void> {
    await this.fleet.kill();
    await this.app.close();
    await rm(this.settings.journals, { recursive: true, force: true });
  }
}

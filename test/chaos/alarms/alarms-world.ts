import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { expect } from 'vitest';
import {
  createTenantId,
  EventStore,
  GroupQueue,
  Processes,
  Projections,
  type RecordedEvent,
} from '../../../lib/index.js';
import type { DecisionData } from '../../../lib/processes/stream/decision.event.js';
import { inboxStream, processStream } from '../../../lib/processes/stream/process-streams.js';
import { Alarms, AlarmSet, alarmStream, Rang } from '../../support/alarms-app.js';
import { collect } from '../../support/collect.js';
import { eventually } from '../../support/eventually.js';
import { judgeProcess } from '../../support/judge-processes.js';
import type { Random } from '../random.js';
import { retrySuspects } from '../retry-suspects.js';
import { readListeners, Rings } from './alarm-listeners.js';
import { alarmsProcess, type AlarmsSettings } from './alarms-process.js';

const tenantId = createTenantId('acme');
const RINGS = 4;
/** Bounds of the time between rings. */
const EVERY_MS = [100, 500] as const;
const SETTLE_TIMEOUT_MS = 60_000;
const POLL_MS = 50;
const NOTE = { by: 'chaos', reason: 'so that all of it waits' };

type Status = Awaited<ReturnType<AlarmsWorld['status']>>;

/** The alarms of one run, as a web process sees them that neither consumes nor dies. */
export class AlarmsWorld {
  private readonly alarms: string[] = [];
  /** Rang once, without an alarm: nothing comes after that. */
  private readonly bells: string[] = [];

  private constructor(
    readonly settings: AlarmsSettings,
    private readonly app: INestApplicationContext,
    private readonly random: Random,
  ) {}

  static async open(plan: Omit<AlarmsSettings, 'journals'>, random: Random): Promise<AlarmsWorld> {
    const settings = { ...plan, journals: await mkdtemp(join(tmpdir(), 'alarms-')) };
    const app = await NestFactory.createApplicationContext(alarmsProcess('web', settings), { logger: false });
    return new AlarmsWorld(settings, app, random);
  }

  get size(): number {
    return this.alarms.length;
  }

  /** Sets so many more. @returns their ids */
  async set(count: number): Promise<readonly string[]> {
    const ids = Array.from({ length: count }, (_, index) => `alarm-${this.alarms.length + index}`);
    this.alarms.push(...ids);
    const store = this.app.get(EventStore);
    for (const id of ids) {
      const data = AlarmSet.of(RINGS, Math.round(this.random.between(...EVERY_MS)));
      await store.append(alarmStream(id, tenantId), [{ data }]);
    }
    return ids;
  }

  /** Sets some more whenever little is left to do, until something is over. */
  async setUntil(over: Promise<unknown>, count: number, maxWaitingJobs: number): Promise<void> {
    const ended = over.then(
      () => true,
      () => true,
    );
    while (!(await Promise.race([ended, delay(POLL_MS, false)]))) {
      await retrySuspects(this.app.get(GroupQueue));
      const { jobs } = await this.app.get(GroupQueue).depth();
      if (jobs <= maxWaitingJobs) await this.set(count);
    }
  }

  /** Sets some more, and lets Redis lose everything while their wake-ups wait, and so what holds them as well. */
  async whileWakeUpsWait(count: number, lose: () => Promise<void>): Promise<void> {
    const { control } = this.app.get(GroupQueue);
    await control.pause({ component: { kind: 'timer', component: 'alarms' } }, NOTE);
    const scheduled = await this.set(count);
    await this.until(scheduled, (status) => status?.wakeUps.size === 2);
    await lose();
  }

  /** The same with events of which nobody was told yet, and which no list of the store has. */
  async whileAllWaits(count: number, lose: () => Promise<void>): Promise<void> {
    await this.whileWakeUpsWait(count, async () => {
      await this.app.get(GroupQueue).control.pause({ tenantId }, NOTE);
      await this.set(count);
      await this.ring(count);
      const store = this.app.get(EventStore);
      await eventually(async () => expect(await store.undispatched({ olderThanMs: 0, limit: 1 })).toEqual([]));
      await lose();
    });
  }

  /** Resolves when all have come to their end, and each was told what it should, once and in time. */
  async judge(): Promise<void> {
    await this.until(this.alarms, (status) => status?.state === null && status.commandsUnderWay === 0);
    for (const id of this.alarms) await this.judgeOne(id);
    const queue = this.app.get(GroupQueue);
    await eventually(async () => {
      await retrySuspects(queue);
      await this.judgeListeners();
    }, SETTLE_TIMEOUT_MS);
    expect(await queue.depth()).toMatchObject({ parkedJobs: 0, deadLetters: 0 });
  }

  async close(): Promise<void> {
    await this.app.close();
    await rm(this.settings.journals, { recursive: true, force: true });
  }

  private async ring(count: number): Promise<void> {
    const ids = Array.from({ length: count }, (_, index) => `bell-${this.bells.length + index}`);
    this.bells.push(...ids);
    for (const id of ids) {
      const data = Object.assign(new Rang(), { nth: 1 });
      await this.app.get(EventStore).append(alarmStream(id, tenantId), [{ data }]);
    }
  }

  private status(id: string) {
    return this.app.get(Processes).get(Alarms, id, { tenantId });
  }

  private async until(alarms: readonly string[], isThere: (status: Status) => boolean): Promise<void> {
    const endAt = performance.now() + SETTLE_TIMEOUT_MS;
    for (const id of alarms) {
      for (;;) {
        const status = await this.status(id);
        if (isThere(status)) break;
        await retrySuspects(this.app.get(GroupQueue));
        if (performance.now() > endAt) throw new Error(`${id} does not get there: ${JSON.stringify(status)}`);
        await delay(POLL_MS);
      }
    }
  }

  /** The fold counted each ring once, the durable reactor and the subscription were told of all. */
  private async judgeListeners(): Promise<void> {
    const projections = this.app.get(Projections);
    const counts = [...this.alarms.map((id) => [id, RINGS] as const), ...this.bells.map((id) => [id, 1] as const)];
    for (const [id, rings] of counts) expect(await projections.get(Rings, id, { tenantId })).toEqual({ rings });
    const rings = counts.flatMap(([id, count]) => Array.from({ length: count }, (_, index) => `${id}#${index + 1}`));
    for (const [file, told] of readListeners(this.settings.journals)) {
      expect([file, told]).toEqual([file, rings.toSorted()]);
    }
  }

  private async judgeOne(id: string): Promise<void> {
    const store = this.app.get(EventStore);
    const stored = await collect(store.read(alarmStream(id, tenantId)));
    const rings = stored.slice(1) as readonly RecordedEvent<Rang>[];
    // A command that is sent again, for a worker that died or a queue that lost it, may come behind the one after it.
    const nths = rings.map(({ data }) => data.nth).toSorted((one, other) => one - other);
    expect(nths).toEqual(Array.from({ length: RINGS }, (_, index) => index + 1));
    const inbox = await collect(store.read(inboxStream('alarms', tenantId, id)));
    const decisions = await collect(store.read(processStream('alarms', tenantId, id)));
    judgeProcess({ inbox, decisions: decisions as readonly RecordedEvent<DecisionData>[] }, stored);
  }
}

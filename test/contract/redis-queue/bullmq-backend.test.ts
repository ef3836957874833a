import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Logger } from '@nestjs/common';
import * as bullmq from 'bullmq';
import { expect, it } from 'vitest';
import { SystemClock } from '../../../lib/clock/system-clock.js';
import { laneKey } from '../../../lib/queue/lane.js';
import type { LaneOutcome } from '../../../lib/queue/lane-batch.js';
import { BullmqHost } from '../../../lib/queue/redis/hosts/bullmq/bullmq-host.js';
import { loadBullmq } from '../../../lib/queue/redis/hosts/bullmq/load-bullmq.js';
import type { LaneWorker } from '../../../lib/queue/redis/hosts/bullmq/lane-job.js';
import type { HostedLanes } from '../../../lib/queue/redis/hosts/lane-host.js';
import { LaneRun } from '../../../lib/queue/redis/lane-run.js';
import type { BatchEnd } from '../../../lib/queue/redis/redis-lane-engine.js';
import { encodeEntry } from '../../../lib/queue/redis/entry-codec.js';
import { MissingPackageError } from '../../../lib/packages/missing-package.error.js';
import { eventually } from '../../support/eventually.js';
import { gate } from '../../support/gate.js';
import { silentLogger } from '../../support/silent-logger.js';
import { BOUNDS } from './engine-under-test.js';
import { COMPONENTS, POLICY, lane, range } from '../../../lib/testing/contract/group-queue/group-queue-cases.js';

/**
 * The part of BullMQ's interface for datastores that the host relies on: what its `Worker` asks of a backend, in which
 * order, with which arguments, and what it makes of the answers. When a case fails with another version of BullMQ, look
 * at `LaneBackend` before the range of versions is widened.
 */

Logger.overrideLogger(silentLogger);

/** A call as it was made: what changes from run to run is left out. */
type Call = readonly [operation: string, ...args: unknown[]];

const SLOTS = 4;
const LANES_A_JOB = 8;
const TOKEN = 'a token';
const JOB = 'a job';

/** Notes each operation that is asked of a backend. */
function recorded<B extends object>(backend: B, calls: Call[]): B {
  return new Proxy(backend, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key);
      if (typeof value !== 'function') return value;
      return (...args: unknown[]) => {
        calls.push([String(key), ...args.map(steady)]);
        return value.apply(target, args) as unknown;
      };
    },
  });
}

function steady(arg: unknown): unknown {
  if (arg instanceof bullmq.Job) return JOB;
  if (typeof arg === 'function') return 'a function';
  if (typeof arg === 'string' && /^[0-9a-f-]{36}:\d+$/.test(arg)) return TOKEN;
  return arg;
}

/** Lanes that a test puts at hand. */
class ScriptedLanes implements HostedLanes {
  readonly slots = SLOTS;
  readonly ends: (BatchEnd | undefined)[] = [];
  suspended = 0;
  private atHand: LaneRun[] = [];
  private open = true;
  private wake = (): void => {};

  put(runs: readonly LaneRun[]): void {
    this.atHand.push(...runs);
    this.wake();
  }

  async lanes(): Promise<void> {
    if (this.open && this.atHand.length === 0) await new Promise<void>((resolve) => (this.wake = resolve));
  }

  take(max: number): readonly LaneRun[] {
    return this.atHand.splice(0, max);
  }

  end(_run: LaneRun, end?: BatchEnd): void {
    this.ends.push(end);
  }

  suspend(): void {
    this.suspended += 1;
    this.open = false;
    this.wake();
  }

  reopen(): void {
    this.open = true;
  }

  async drain(): Promise<boolean> {
    return true;
  }

  onLost(): void {}
}

interface Scene {
  readonly calls: Call[];
  readonly events: string[];
  readonly lanes: ScriptedLanes;
  readonly host: BullmqHost;
  readonly worker: LaneWorker;
  run(id: string): LaneRun;
}

async function begin(handle: (id: string) => LaneOutcome | Promise<LaneOutcome>): Promise<Scene> {
  const calls: Call[] = [];
  const events: string[] = [];
  const lanes = new ScriptedLanes();
  const Worker = new Proxy(bullmq.Worker, {
    construct(target, [name, processor, options, factory]: unknown[]) {
      const open = factory as bullmq.BackendFactory;
      const recording: bullmq.BackendFactory = (...given) => recorded(open(...given), calls);
      return Reflect.construct(target, [name, processor, options, recording]) as object;
    },
  });
  let worker: LaneWorker | undefined;
  const onWorker = (opened: LaneWorker): void => {
    worker = opened;
    for (const event of ['active', 'completed', 'failed', 'drained', 'error', 'stalled', 'closed'] as const) {
      opened.on(event, () => void events.push(event));
    }
  };
  const settings = { name: 'a:b', drainTimeoutMs: 1_000, bullmq: { onWorker } };
  const host = new BullmqHost({ Worker }, lanes, (run) => run(), settings);
  const consumer = {
    components: COMPONENTS,
    policy: () => POLICY,
    handle: async ({ lane: { id } }: { lane: { id: string } }) => handle(id),
  };
  const run = (id: string): LaneRun => {
    const entries = [encodeEntry(range(lane(id), 1), BOUNDS)];
    const claim = { lane: laneKey(lane(id)), token: '1', failures: 0, outages: 0, redelivered: false, suspect: false };
    return new LaneRun({ ...claim, entries }, consumer, BOUNDS, async () => {}, new SystemClock());
  };
  await eventually(() => expect(calls.map(([operation]) => operation)).toContain('waitForJob'));
  return { calls, events, lanes, host, worker: worker!, run };
}

const done: LaneOutcome = { completed: 1, followUps: [] };

it('begins with a look for a job, and then waits for one', async () => {
  const { calls, host } = await begin(() => done);
  expect(calls).toEqual([
    ['on', 'error', 'a function'],
    ['on', 'close', 'a function'],
    ['waitUntilReady'],
    ['moveToActive', TOKEN, undefined],
    ['waitForJob', 5],
  ]);
  await host.drain(1_000);
});

it('looks again after a wait, runs the job and tells that it is done', async () => {
  const end = gate();
  const { calls, events, lanes, host, run } = await begin(async () => {
    await end.opened;
    return done;
  });
  calls.length = 0;
  lanes.put([run('a'), run('b')]);
  await eventually(() => expect(calls.map(([operation]) => operation)).toContain('waitForJob'));
  end.open();
  await eventually(() => expect(calls).toHaveLength(5));
  expect(calls).toEqual([
    ['moveToActive', TOKEN, undefined],
    // It has slots left, and looks for more before it waits.
    ['moveToActive', TOKEN, undefined],
    ['waitForJob', 5],
    ['waitUntilReady'],
    ['moveToCompleted', JOB, { completed: 2 }, undefined, TOKEN, true],
  ]);
  expect(events).toEqual(['drained', 'active', 'drained', 'completed']);
  expect(lanes.ends).toHaveLength(2);
  await host.drain(1_000);
});

it('tells of a job that failed, once, and does not try it again by itself', async () => {
  const { calls, events, lanes, host, run } = await begin(() => {
    throw new Error('no');
  });
  calls.length = 0;
  lanes.put([run('a')]);
  await eventually(() => expect(events).toContain('failed'));
  const reason = 'Lanes that failed: 1, the first with Error: no';
  expect(calls.filter(([operation]) => /^(moveTo|retry)/.test(operation))).toEqual([
    ['moveToActive', TOKEN, undefined],
    ['moveToActive', TOKEN, undefined],
    ['moveToFailed', JOB, reason, undefined, TOKEN, true, expect.objectContaining({ failedReason: reason })],
  ]);
  expect(events).toEqual(['drained', 'active', 'drained', 'failed']);
  await host.drain(1_000);
});

it('takes no more jobs than it has slots, and the next one with the end of another', async () => {
  const end = gate();
  const { calls, events, lanes, host, run } = await begin(async () => {
    await end.opened;
    return done;
  });
  calls.length = 0;
  lanes.put(Array.from({ length: (SLOTS + 1) * LANES_A_JOB }, (_, index) => run(`l${index}`)));
  await eventually(() => expect(events.filter((event) => event === 'active')).toHaveLength(SLOTS));
  expect(calls).toEqual(Array.from({ length: SLOTS }, () => ['moveToActive', TOKEN, undefined]));
  end.open();
  await eventually(() => expect(events.filter((event) => event === 'completed')).toHaveLength(SLOTS + 1));
  expect(events.filter((event) => event === 'active')).toHaveLength(SLOTS + 1);
  await host.drain(1_000);
});

it('is closed by the end of its wait, the end of what runs, and then that of the backend', async () => {
  const end = gate();
  const { calls, events, lanes, host, run } = await begin(async () => {
    await end.opened;
    return done;
  });
  lanes.put([run('a')]);
  await eventually(() => expect(events).toContain('active'));
  await eventually(() => expect(calls.at(-1)).toEqual(['waitForJob', 5]));
  calls.length = 0;
  const drained = host.drain(1_000);
  expect(calls).toEqual([['disconnectBlocking', true]]);
  expect(lanes.suspended).toBe(1);
  end.open();
  await drained;
  expect(calls).toEqual([
    ['disconnectBlocking', true],
    // After each wait; there is nothing any more.
    ['moveToActive', TOKEN, undefined],
    ['waitUntilReady'],
    ['moveToCompleted', JOB, { completed: 1 }, undefined, TOKEN, false],
    ['close', false],
  ]);
  expect(events.at(-1)).toBe('closed');
});

it('is paused by the end of its wait, and resumed by a look and a wait', async () => {
  const { calls, lanes, host, worker } = await begin(() => done);
  calls.length = 0;
  await worker.pause();
  expect(calls).toEqual([['disconnectBlocking', true], ['moveToActive', TOKEN, undefined], ['reconnectBlocking']]);
  calls.length = 0;
  lanes.reopen();
  await worker.resume();
  await eventually(() => expect(calls).toEqual([['waitForJob', 5]]));
  await host.drain(1_000);
});

it('is the version that the host asks for', () => {
  const { version } = createRequire(import.meta.url)('bullmq/package.json') as { version: string };
  const own = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')) as {
    peerDependencies: Record<string, string>;
    peerDependenciesMeta: Record<string, unknown>;
  };
  expect(() => loadBullmq()).not.toThrow();
  expect(own.peerDependencies.bullmq).toBe(`~${version.split('.').slice(0, 2).join('.')}.0`);
  expect(own.peerDependenciesMeta.bullmq).toEqual({ optional: true });
});

it('is asked for when it is missing, or in another version', () => {
  const missing = (): never => {
    throw new Error('Cannot find module');
  };
  expect(() => loadBullmq(missing)).toThrow(MissingPackageError);
  expect(() => loadBullmq(missing)).toThrow(/npm install bullmq@~6\.7\.0/);
  for (const version of ['5.70.1', '6.6.9', '6.8.0', '6.70.0', '7.0.0']) {
    expect(() => loadBullmq(() => ({ version }))).toThrow(`and found bullmq ${version}`);
  }
});

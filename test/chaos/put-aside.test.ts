import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type INestApplicationContext, Logger } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createTenantId, EventStore, GroupQueue, type QueueControl } from '../../lib/index.js';
import { compile, type Compiled } from '../support/compile.js';
import { eventually } from '../support/eventually.js';
import { startTestRedis, type TestRedis } from '../support/redis-server.js';
import { silentLogger } from '../support/silent-logger.js';
import { asideProcess, isFailing, MENDED, TOLD } from './aside/aside-process.js';
import { ROUNDS, SEED } from './chaos-settings.js';
import { KilledWorkers } from './killed-workers.js';
import { Random } from './random.js';
import { STORE_SERVERS, type StoreServer } from './stores/store-servers.js';
import { BellRung, bellStream } from './told/told-process.js';

Logger.overrideLogger(silentLogger);

const tenantId = createTenantId('acme');
const note = { by: 'ann', reason: 'looked at it' };
const BELLS = 10;
const WORKERS = 2;
const KILLS = ROUNDS > 1 ? 20 : 4;
const MAX_APPENDED = 8;
/** Between appends, so that workers keep up. */
const PAUSE_MS = 100;
/** An operator discards one of so many dead letters while workers are killed. */
const DISCARDED_ONE_OF = 4;
const SETTLE_TIMEOUT_MS = 60_000;

let compiled: Compiled;
let redis: TestRedis;
beforeAll(async () => {
  [compiled, redis] = await Promise.all([compile('test/chaos/aside/aside-main.ts'), startTestRedis()]);
});
afterAll(() => Promise.all([compiled.remove(), redis.stop()]));

describe.each(STORE_SERVERS)('what a subscription puts aside, over %s and Redis,', (_, startServer) => {
  let server: StoreServer;
  let journals: string;
  let app: INestApplicationContext;
  let control: QueueControl;
  let workers: KilledWorkers;
  /** How many events each bell has. */
  let rung: number[];
  /** Events that an operator gave up. */
  let discarded: Set<string>;

  beforeAll(async () => void (server = await startServer()));
  afterAll(() => server.stop());
  beforeEach(async () => {
    await redis.flush();
    journals = await mkdtemp(join(tmpdir(), 'aside-'));
    rung = Array.from({ length: BELLS }, () => 0);
    discarded = new Set();
  });
  afterEach(async () => {
    await workers.end();
    await app.close();
    await rm(journals, { recursive: true, force: true });
  });

  async function open(random: Random): Promise<void> {
    const store = await server.newStore();
    const settings = { store, redisPort: redis.port, leaseMs: 500, sweepIntervalMs: 500, journals };
    app = await NestFactory.createApplicationContext(asideProcess('web', settings), { logger: false });
    ({ control } = app.get(GroupQueue));
    workers = new KilledWorkers(compiled, 'test/chaos/aside/aside-main.js', settings, random);
    await Promise.all(Array.from({ length: WORKERS }, () => workers.start()));
  }

  /** Rings bells, and discards some of what was put aside. */
  async function use(random: Random, over: AbortSignal): Promise<void> {
    while (!over.aborted) {
      const bell = Math.floor(random.between(0, BELLS));
      const events = Array.from({ length: Math.floor(random.between(1, MAX_APPENDED + 1)) }, (_one, index) => {
        return { data: BellRung.of(rung[bell]! + index + 1) };
      });
      await app.get(EventStore).append(bellStream(bell, tenantId), events);
      rung[bell]! += events.length;
      const letters = await putAside();
      const picked = letters.size > 0 && random.next() * DISCARDED_ONE_OF < 1 ? random.oneOf([...letters.keys()]) : '';
      if (picked && (await control.discardDeadLetter(letters.get(picked)!, note))) discarded.add(picked);
      await delay(PAUSE_MS);
    }
  }

  /** The dead letters, by the names of their events. */
  async function putAside(): Promise<ReadonlyMap<string, number>> {
    const letters = await control.deadLetters({ limit: 1_000 });
    return new Map(
      letters.map(({ id, lane, job }) => {
        expect(job).toMatchObject({ kind: 'subscription', from: expect.any(Number) });
        return [`${lane.id}#${(job as { readonly from: number }).from}`, id];
      }),
    );
  }

  /** Names of the events that were told, in order. */
  async function told(): Promise<readonly string[]> {
    const text = await readFile(join(journals, TOLD), { encoding: 'utf8', flag: 'a+' });
    return text.split('\n').flatMap((line) => (line ? line.replace(' ', '#') : []));
  }

  const all = (): readonly string[] =>
    rung.flatMap((count, bell) => Array.from({ length: count }, (_one, index) => `${bell}#${index + 1}`));
  const isWell = (name: string): boolean => !isFailing(Number(name.split('#')[1]));

  it.each(Array.from({ length: ROUNDS }, (_one, round) => SEED + round))(
    'is on record until it is told or given up, though workers are killed and Redis loses everything (CHAOS_SEED=%i)',
    { timeout: 300_000 },
    async (seed) => {
      const random = new Random(seed);
      await open(random);
      const over = new AbortController();
      const using = use(new Random(seed + 1), over.signal);
      for (let kill = 1; kill <= KILLS; kill += 1) {
        await delay(random.between(50, 500));
        await workers.replaceOne();
        if (kill === KILLS / 2) await redis.flush();
      }
      over.abort();
      await using;

      // All that is well was told; of all else there is a dead letter, but of what was given up.
      await eventually(async () => {
        expect(await app.get(GroupQueue).depth()).toMatchObject({ jobs: 0, running: 0, parkedJobs: 0 });
        expect(new Set(await told())).toEqual(new Set(all().filter(isWell)));
        const wanted = all().filter((name) => !isWell(name) && !discarded.has(name));
        // An attempt that ended in the very moment in which it was given up leaves one that does nothing.
        const standing = [...(await putAside()).keys()].filter((name) => !discarded.has(name));
        expect(new Set(standing)).toEqual(new Set(wanted));
      }, SETTLE_TIMEOUT_MS);
      judgeOrder(await told());

      // One of them is retried, and the queue loses the others.
      await writeFile(join(journals, MENDED), '');
      const [[retried, id] = expect.fail()] = [...(await putAside())].filter(([name]) => !discarded.has(name));
      expect(await control.retryDeadLetter(id, note)).toBe(true);
      await eventually(async () => expect(await told()).toContain(retried), SETTLE_TIMEOUT_MS);
      await redis.flush();
      await workers.replaceOne();
      await eventually(async () => {
        expect(new Set(await told())).toEqual(new Set(all().filter((name) => !discarded.has(name))));
        expect(await app.get(GroupQueue).depth()).toMatchObject({ jobs: 0, running: 0, parkedJobs: 0, deadLetters: 0 });
      }, SETTLE_TIMEOUT_MS);
    },
  );

  /** What a dead worker had been told comes again, but of what is well nothing comes before what precedes it. */
  function judgeOrder(names: readonly string[]): void {
    const latest = new Map<string, number>();
    for (const name of names) {
      const [bell, sequence] = name.split('#') as [string, string];
      const before = latest.get(bell) ?? 0;
      let next = before + 1;
      while (isFailing(next)) next += 1;
      expect(Number(sequence)).toBeLessThanOrEqual(next);
      latest.set(bell, Math.max(before, Number(sequence)));
    }
  }
});

import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createTenantId, EventStore, GroupQueue } from '../../lib/index.js';
import { compile, type Compiled } from '../support/compile.js';
import { eventually } from '../support/eventually.js';
import { startTestPostgres, type TestPostgres } from '../support/postgres-server.js';
import { startTestRedis, type TestRedis } from '../support/redis-server.js';
import { silentLogger } from '../support/silent-logger.js';
import { ROUNDS, SEED } from './chaos-settings.js';
import { KilledWorkers } from './killed-workers.js';
import { Random } from './random.js';
import { BellRung, bellStream, HOUSES, toldProcess } from './told/told-process.js';

Logger.overrideLogger(silentLogger);

const tenantId = createTenantId('acme');
const BELLS = 20;
const WORKERS = 2;
const KILLS = ROUNDS > 1 ? 20 : 4;
/** Between appends, so that workers keep up. */
const PAUSE_MS = 5;
const SETTLE_TIMEOUT_MS = 60_000;

let compiled: Compiled;
let redis: TestRedis;
let server: TestPostgres;
beforeAll(async () => {
  [compiled, redis, server] = await Promise.all([
    compile('test/chaos/told/told-main.ts'),
    startTestRedis(),
    startTestPostgres(),
  ]);
});
afterAll(() => Promise.all([compiled.remove(), redis.stop(), server.stop()]));

it.each(Array.from({ length: ROUNDS }, (_, round) => SEED + round))(
  'subscriptions miss nothing and keep order, though workers are killed and Redis loses everything (seed %i)',
  async (seed) => {
    const random = new Random(seed);
    const journals = await mkdtemp(join(tmpdir(), 'told-'));
    const postgresUrl = await server.createDatabase();
    const settings = { postgresUrl, redisPort: redis.port, leaseMs: 500, sweepIntervalMs: 500, journals };
    const app = await NestFactory.createApplicationContext(toldProcess('web', settings), { logger: false });
    const workers = new KilledWorkers(compiled, 'test/chaos/told/told-main.js', settings, random);
    try {
      await Promise.all(Array.from({ length: WORKERS }, () => workers.start()));
      const over = new AbortController();
      const rung = Array.from({ length: BELLS }, () => 0);
      const ringing = (async () => {
        while (!over.signal.aborted) {
          const bell = Math.floor(random.between(0, BELLS));
          const events = Array.from({ length: Math.floor(random.between(1, 9)) }, (_, index) => {
            return { data: BellRung.of(rung[bell]! + index + 1) };
          });
          await app.get(EventStore).append(bellStream(bell, tenantId), events);
          rung[bell]! += events.length;
          await delay(PAUSE_MS);
        }
      })();
      for (let kill = 1; kill <= KILLS; kill += 1) {
        await delay(random.between(50, 500));
        await workers.replaceOne();
        if (kill === KILLS / 2) await redis.flush();
      }
      over.abort();
      await ringing;
      await eventually(async () => {
        expect(missing(await read(journals, 'bells'), rung)).toEqual([]);
        expect(missing(await read(journals, 'houses'), rung)).toEqual([]);
        expect(await app.get(GroupQueue).depth()).toMatchObject({ jobs: 0, parkedJobs: 0, deadLetters: 0 });
      }, SETTLE_TIMEOUT_MS);
      judgeOrder(await read(journals, 'bells'), (bell) => `${bell}`);
      judgeOrder(await read(journals, 'houses'), (bell) => `house-${bell % HOUSES}`);
    } finally {
      await workers.end();
      await app.close();
      await rm(journals, { recursive: true, force: true });
    }
  },
  300_000,
);

/** One event that was told. */
interface Line {
  readonly partition: string;
  readonly bell: number;
  readonly sequence: number;
}

async function read(journals: string, file: string): Promise<readonly Line[]> {
  const text = await readFile(join(journals, file), { encoding: 'utf8', flag: 'a+' });
  const lines = text.split('\n').filter(Boolean);
  return lines.map((line) => {
    const [partition, bell, sequence] = line.split(' ');
    return { partition: partition!, bell: Number(bell), sequence: Number(sequence) };
  });
}

/** Events that were appended and never told. */
function missing(told: readonly Line[], rung: readonly number[]): readonly string[] {
  const known = new Set(told.map(({ bell, sequence }) => `${bell}#${sequence}`));
  return rung
    .flatMap((count, bell) => Array.from({ length: count }, (_, index) => `${bell}#${index + 1}`))
    .filter((name) => !known.has(name));
}

/** What a dead worker had been told comes again, but nothing comes before what precedes it. */
function judgeOrder(told: readonly Line[], partitionOf: (bell: number) => string): void {
  const latest = new Map<number, number>();
  for (const { partition, bell, sequence } of told) {
    expect(partition).toBe(partitionOf(bell));
    const before = latest.get(bell) ?? 0;
    expect(sequence).toBeLessThanOrEqual(before + 1);
    latest.set(bell, Math.max(before, sequence));
  }
}

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Logger } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { EventStore, GroupQueue, type RecordedEvent } from '../../lib/index.js';
import { collect } from '../support/collect.js';
import { compile, type Compiled } from '../support/compile.js';
import { eventually } from '../support/eventually.js';
import { startTestPostgres, type TestPostgres } from '../support/postgres-server.js';
import { startTestRedis, type TestRedis } from '../support/redis-server.js';
import { silentLogger } from '../support/silent-logger.js';
import { ROUNDS, SEED } from './chaos-settings.js';
import { KilledWorkers } from './killed-workers.js';
import { judgeNotes } from './notes/judge-notes.js';
import { type Noted, notesApp, NOTES_TENANT, PAD, padIds } from './notes/notes-app.js';
import type { NotesSettings } from './notes/notes-plan.js';
import { readSentNotes, unanswered } from './notes/sent-notes.js';
import { Random } from './random.js';
import { retrySuspects } from './retry-suspects.js';
import { spreadDeaths } from './spread-deaths.js';

Logger.overrideLogger(silentLogger);

const WEB_POINTS = ['sender: before stage', 'sender: after stage'];
const WORKER_POINTS = ['delay', 'command'].flatMap((kind) =>
  ['before complete', 'after complete'].map((step) => `${kind}: ${step}`),
);
const APPEND_POINTS = ['command: before append', 'command: after append'];
const DEATHS_AT_EACH = ROUNDS > 1 ? 5 : 1;
const MOST_PASSES = 20;
const SETTLE_TIMEOUT_MS = 60_000;

let compiled: Compiled;
let redis: TestRedis;
let server: TestPostgres;
beforeAll(async () => {
  [compiled, redis, server] = await Promise.all([
    compile('test/chaos/notes/notes-main.ts'),
    startTestRedis({ appendonly: 'yes', appendfsync: 'always' }),
    startTestPostgres(),
  ]);
});
afterAll(() => Promise.all([compiled.remove(), redis.stop(), server.stop()]));

it(
  `delayed and deduped commands are handled once, never early, and one of a key at a time, though senders, workers and Redis are killed (CHAOS_SEED=${SEED})`,
  { timeout: 900_000 },
  async () => {
    const random = new Random(SEED);
    const journals = await mkdtemp(join(tmpdir(), 'notes-'));
    const journal = join(journals, 'sent');
    const store = { kind: 'postgres', connectionString: await server.createDatabase() } as const;
    const settings: NotesSettings = { store, redisPort: redis.port, leaseMs: 500, sweepIntervalMs: 500, journal };
    const plan = { ...settings, role: 'web', sendsMore: false } as const;
    const app = await NestFactory.createApplicationContext(notesApp(plan), { logger: false });
    const processes = (role: 'web' | 'worker', sendsMore: boolean): KilledWorkers =>
      new KilledWorkers(compiled, 'test/chaos/notes/notes-main.js', { ...settings, role, sendsMore }, random);
    const [webs, lastWeb, workers] = [processes('web', true), processes('web', false), processes('worker', true)];
    try {
      const die = async (some: KilledWorkers, points: readonly string[]): Promise<void> => {
        for (const point of points) await some.crash({ point, pass: 1 + Math.floor(random.next() * MOST_PASSES) });
        await some.start();
      };
      const ofWebs = spreadDeaths(WEB_POINTS, DEATHS_AT_EACH, random);
      const ofWorkers = spreadDeaths([...WORKER_POINTS, ...APPEND_POINTS], DEATHS_AT_EACH, random);
      // One that goes on handles most in time, so that what is early shows.
      await workers.start();
      // A worker comes to its point while there are senders, and a sender while there are workers.
      await Promise.all([die(webs, ofWebs), die(workers, ofWorkers)]);
      await redis.restart('kept');
      await workers.replaceOne();
      await webs.end();
      await lastWeb.start();
      await eventually(async () => {
        await retrySuspects(app.get(GroupQueue));
        expect(unanswered(readSentNotes(journal))).toEqual([]);
        expect(await app.get(GroupQueue).depth()).toMatchObject({ jobs: 0, parkedJobs: 0, deadLetters: 0 });
      }, SETTLE_TIMEOUT_MS);
      const streams = padIds.map((aggregateId) => ({ tenantId: NOTES_TENANT, aggregateType: PAD, aggregateId }));
      const read = await Promise.all(streams.map((stream) => collect(app.get(EventStore).read(stream))));
      const events = read.flat() as readonly RecordedEvent<Noted>[];
      const sent = readSentNotes(journal);
      const again = [...sent.values()].filter(({ times }) => times > 1).length;
      console.log(
        `seed ${SEED}: ${sent.size} commands, ${again} sent again, ${events.length} handled; ` +
          `${webs.kills} deaths of senders, ${workers.kills} of workers`,
      );
      expect(judgeNotes(sent, events)).toEqual([]);
    } finally {
      await Promise.all([webs.end(), lastWeb.end(), workers.end()]);
      await app.close();
      await rm(journals, { recursive: true, force: true });
    }
  },
);

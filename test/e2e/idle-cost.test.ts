import type { INestApplicationContext } from '@nestjs/common';
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { clickhouse } from '../../lib/clickhouse.js';
import { EventStore, GroupQueue, type ProcessRole } from '../../lib/index.js';
import { redisQueue } from '../../lib/redis.js';
import { UndispatchedSweep } from '../../lib/runtime/undispatched-sweep.js';
import { appWith, start, stream } from '../support/apps.js';
import { newDatabaseName, startTestClickHouse, type TestClickHouse } from '../support/clickhouse-server.js';
import { Added, Additions, Notify, Seen, Totals } from '../support/counter-app.js';
import { eventually } from '../support/eventually.js';
import { startTestRedis, type TestRedis } from '../support/redis-server.js';
import { TcpProxy } from '../support/tcp-proxy.js';

const SWEEP_MS = 500;
const SWEEPS = 6;
const SETTLE_MS = 30_000;
/** Commands to Redis, those inside scripts included: of all workers a sweep, and of each worker a second. */
const MOST_A_SWEEP = 150;
const MOST_A_SECOND = 8;

let server: TestClickHouse;
let redis: TestRedis;
/** In front of ClickHouse. */
let proxy: TcpProxy;
/** What was sent to ClickHouse, as it begins. */
const sent: string[] = [];

beforeAll(async () => {
  [server, redis] = await Promise.all([startTestClickHouse(), startTestRedis()]);
  proxy = await TcpProxy.start(Number(new URL(server.url).port));
  proxy.fate = (bytes) => {
    sent.push(bytes.slice(0, 100));
    return 'pass';
  };
});
afterEach(() => void vi.restoreAllMocks());
afterAll(async () => {
  await proxy?.stop();
  await Promise.all([server?.stop(), redis?.stop()]);
});

async function commands(): Promise<number> {
  const found = (await redis.client.info('commandstats')).matchAll(/^cmdstat_(\S+?):calls=(\d+)/gm);
  return [...found].reduce((sum, [, name, calls]) => sum + (name === 'info' ? 0 : Number(calls)), 0);
}

it('a worker on ClickHouse and Redis that has nothing to do asks ClickHouse nothing, and Redis a bounded lot', async () => {
  const { username, password } = server;
  const connection = { host: redis.host, port: redis.port };
  const database = newDatabaseName();
  const process = (role: ProcessRole): Promise<INestApplicationContext> =>
    start(
      appWith([Totals, Additions, Notify, Seen], {
        role,
        eventStore: clickhouse({
          ...{ url: proxy.through(server.url), username, password, database },
          redis: connection,
        }),
        queue: redisQueue({ connection }),
        sweepIntervalMs: SWEEP_MS,
      }),
    );
  const web = await process('web');
  const worker = await process('worker');
  const sweeps = vi.spyOn(UndispatchedSweep.prototype, 'run');
  const swept = (times: number): Promise<void> =>
    eventually(() => expect(sweeps.mock.calls.length).toBeGreaterThanOrEqual(times), SETTLE_MS);

  await web.get(EventStore).append(stream('c1'), [{ data: Added.of(1) }]);
  await eventually(() => expect(worker.get(Seen).reactions).toHaveLength(1), SETTLE_MS);
  await eventually(async () => expect(await worker.get(GroupQueue).depth()).toMatchObject({ jobs: 0 }), SETTLE_MS);
  // The first one may still find what was appended.
  await swept(2);
  expect(sent.length).toBeGreaterThan(0);

  sent.length = 0;
  const [before, from, first] = [await commands(), performance.now(), sweeps.mock.calls.length];
  await swept(first + SWEEPS);
  expect(sent).toEqual([]);
  const [seconds, runs] = [(performance.now() - from) / 1_000, sweeps.mock.calls.length - first];
  expect((await commands()) - before).toBeLessThan(MOST_A_SWEEP * (runs + 1) + MOST_A_SECOND * seconds);
});

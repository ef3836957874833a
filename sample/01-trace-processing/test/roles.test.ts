import { rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { startTestClickHouse, type TestClickHouse } from '../../../test/support/clickhouse-server.js';
import { startTestRedis, type TestRedis } from '../../../test/support/redis-server.js';
import { readSettings } from '../src/settings.js';
import type { TraceDetailDto } from '../src/trace-processing/http/trace-detail.dto.js';
import { eventually } from './support/eventually.js';
import { exportOf, spanId, traceId } from './support/otlp-json.js';
import { buildSample, SampleProcess } from './support/sample-process.js';

const outDir = fileURLToPath(new URL(`../.data/build-roles-${process.pid}`, import.meta.url));
/** As many commands as may wait in Redis. */
const MAX_WAITING_COMMANDS = 10_000;
const SPANS_A_REQUEST = 2_000;
const tenant = { 'x-tenant-id': 'acme' };

let clickhouse: TestClickHouse;
let redis: TestRedis;
const running = new Set<SampleProcess>();

beforeAll(async () => {
  [clickhouse, redis] = await Promise.all([startTestClickHouse(), startTestRedis(), buildSample(outDir)]);
});
afterEach(async () => {
  await Promise.all([...running].map((one) => stop(one)));
});
afterAll(() => Promise.all([clickhouse.stop(), redis.stop(), rm(outDir, { recursive: true, force: true })]));

async function start(role: string): Promise<SampleProcess> {
  const one = await SampleProcess.start(outDir, {
    EVENT_SOURCING_ROLE: role,
    CLICKHOUSE_URL: clickhouse.url,
    CLICKHOUSE_USER: clickhouse.username,
    CLICKHOUSE_PASSWORD: clickhouse.password,
    REDIS_URL: `redis://${redis.host}:${redis.port}`,
  });
  running.add(one);
  return one;
}

async function stop(one: SampleProcess): Promise<string> {
  running.delete(one);
  return (await one.stop('SIGTERM')).log;
}

const send = (url: string, number: number): Promise<Response> =>
  fetch(`${url}/v1/traces`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...tenant },
    body: JSON.stringify(exportOf('checkout', { traceId: traceId(number), spanId: spanId(1), failed: true })),
  });

const read = (url: string, number: number): Promise<Response> =>
  fetch(`${url}/traces/${traceId(number)}`, { headers: tenant });

/** Whether a web process shows the trace with its failed span. */
async function isWhole(url: string, number: number): Promise<boolean> {
  const response = await read(url, number);
  if (!response.ok) return false;
  const { summary, spans } = (await response.json()) as TraceDetailDto;
  return summary.spans === 1 && summary.errors === 1 && spans.length === 1;
}

it('takes spans in one process and handles them in another, now or when it comes', async () => {
  const web = await start('web');
  expect((await send(web.url, 1)).status).toBe(200);
  expect((await read(web.url, 1)).status).toBe(404);

  const first = await start('worker');
  await eventually(() => isWhole(web.url, 1), Boolean);
  for (const { url } of [web, first]) {
    const health = await fetch(`${url}/health`);
    expect(health.status).toBe(200);
    const details = { storage: { status: 'up' }, queue: { status: 'up', parkedLanes: 0, deadLetters: 0 } };
    expect(await health.json()).toMatchObject({ status: 'ok', details });
  }
  expect((await send(first.url, 2)).status).toBe(404);
  expect((await read(first.url, 1)).status).toBe(404);
  const log = await stop(first);
  expect(log).not.toMatch(/ERROR/);

  expect((await send(web.url, 3)).status).toBe(200);
  await start('worker');
  await eventually(() => isWhole(web.url, 3), Boolean);
  expect((await read(web.url, 2)).status).toBe(404);
});

it('answers a web process that sends more than may wait with 429', async () => {
  // What workers that were stopped have left for others.
  await redis.client.flushall();
  const web = await start('web');
  const full = (number: number): Promise<Response> => {
    const spans = Array.from({ length: SPANS_A_REQUEST }, (_, index) => ({
      traceId: traceId(number),
      spanId: spanId(index + 1),
    }));
    const body = JSON.stringify(exportOf('checkout', ...spans));
    const headers = { 'content-type': 'application/json', ...tenant };
    return fetch(`${web.url}/v1/traces`, { method: 'POST', headers, body });
  };
  for (let number = 1; number <= MAX_WAITING_COMMANDS / SPANS_A_REQUEST; number += 1) {
    expect((await full(number)).status).toBe(200);
  }
  const refused = await full(99);
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '1']);
  expect(await refused.json()).toMatchObject({ code: 'QUEUE_FULL' });
});

it.each(['web', 'worker'])('says what the role %s needs', (role) => {
  const env = { EVENT_SOURCING_ROLE: role, CLICKHOUSE_URL: 'http://localhost:8123' };
  expect(() => readSettings(env)).toThrow(`EVENT_SOURCING_ROLE=${role} needs CLICKHOUSE_URL and REDIS_URL`);
  expect(() => readSettings({ EVENT_SOURCING_ROLE: role, REDIS_URL: 'redis://localhost' })).toThrow(/CLICKHOUSE_URL/);
  expect(readSettings({ ...env, REDIS_URL: 'redis://localhost' })).toMatchObject({ role, store: { kind: 'server' } });
});

it('refuses a role that is none', () => {
  expect(() => readSettings({ EVENT_SOURCING_ROLE: 'boss' })).toThrow(/must be web, worker or all, not "boss"/);
});

import { rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { redisQueue } from '@event-sourcing/nestjs/redis';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { SystemClock } from '../../../lib/clock/system-clock.js';
import { startTestClickHouse, type TestClickHouse } from '../../../test/support/clickhouse-server.js';
import { startTestRedis, type TestRedis } from '../../../test/support/redis-server.js';
import type { EvaluationPageDto } from '../src/evaluation-processing/http/evaluation-page.dto.js';
import type { ExperimentRunDto } from '../src/experiment-run-processing/http/experiment-run.dto.js';
import type { DailyBillableEventsPageDto } from '../src/global-projections/http/daily-billable-events.dto.js';
import type { OutcomeDto } from '../src/http/outcome.dto.js';
import type { ReceiptDto } from '../src/http/receipt.dto.js';
import { readSettings } from '../src/settings.js';
import type { SimulationRunDetailDto } from '../src/simulation-processing/http/simulation-run-detail.dto.js';
import type { TraceDetailDto } from '../src/trace-processing/http/trace-detail.dto.js';
import { eventually } from './support/eventually.js';
import { exportOf, spanId, traceId } from './support/otlp-json.js';
import { buildSample, SampleProcess } from './support/sample-process.js';

const outDir = fileURLToPath(new URL(`../.data/build-roles-${process.pid}`, import.meta.url));
/** As many commands as may wait in Redis. */
const MAX_WAITING_COMMANDS = 10_000;
const SPANS_A_REQUEST = 2_000;
/** Those that send commands. */
const REACTORS = ['schedule_evaluations', 'run_evaluation', 'complete_when_all_are_in'];
/** The arbiter was lost as well, so that appends begin anew only when no insert of before can take effect any more. */
const RECOVERY_TIMEOUT_MS = 60_000;
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

const redisUrl = (): string => `redis://${redis.host}:${redis.port}`;

async function start(role: string): Promise<SampleProcess> {
  const one = await SampleProcess.start(outDir, {
    EVENT_SOURCING_ROLE: role,
    CLICKHOUSE_URL: clickhouse.url,
    CLICKHOUSE_USER: clickhouse.username,
    CLICKHOUSE_PASSWORD: clickhouse.password,
    REDIS_URL: redisUrl(),
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

describe('commands of all pipelines', () => {
  const headers = { 'content-type': 'application/json', 'x-tenant-id': 'pipelines' };
  const post = async (url: string, path: string, body: object = {}) => {
    const response = await fetch(url + path, { method: 'POST', headers, body: JSON.stringify(body) });
    return { status: response.status, body: (await response.json()) as ReceiptDto };
  };
  const get = async <T>(url: string, path: string) => {
    const response = await fetch(url + path, { headers });
    return { status: response.status, body: (await response.json()) as T };
  };

  it('wait for a worker that comes later, and their receipts say what became of them', async () => {
    const web = await start('web');
    const [good, bad] = await Promise.all([
      post(web.url, '/simulation-runs', { runId: 'early', scenario: 'late parcel' }),
      post(web.url, '/simulation-runs/nobody/start'),
    ]);
    const outcome = (receiptId: string | undefined) => get<OutcomeDto>(web.url, `/receipts/${receiptId}`);
    for (const { status, body } of [good, bad]) {
      expect(status).toBe(202);
      expect(body).toMatchObject({ status: 'queued', receiptId: expect.any(String) });
      expect((await outcome(body.receiptId)).status).toBe(404);
    }
    await start('worker');
    const ended = await Promise.all(
      [good, bad].map(({ body }) =>
        eventually(
          () => outcome(body.receiptId),
          ({ status }) => status === 200,
        ),
      ),
    );
    expect(ended.map(({ body }) => body)).toMatchObject([
      { status: 'stored' },
      { status: 'rejected', code: 'SIMULATION_RUN_UNKNOWN' },
    ]);
    expect((await get(web.url, '/evaluators')).status).toBe(200);
  });

  it('are stored, rejected, projected and counted, and every trace is evaluated, once', async () => {
    const [web, worker] = await Promise.all([start('web'), start('worker')]);
    expect(await post(web.url, '/simulation-runs/nobody/finish', { verdict: 'success' })).toMatchObject({
      status: 422,
      body: { code: 'SIMULATION_RUN_UNKNOWN' },
    });
    const spans = [1, 2].map((number) => ({ traceId: traceId(1), spanId: spanId(number), failed: number === 2 }));
    for (let repeat = 0; repeat < 2; repeat += 1) {
      expect((await post(web.url, '/v1/traces', exportOf('shop', ...spans))).status).toBe(200);
    }
    const plan = { runId: 'run', experiment: 'shop', rows: 2, targets: ['small'], evaluators: ['exact'] };
    expect((await post(web.url, '/experiment-runs', plan)).status).toBe(200);
    for (const row of [0, 1, 1]) {
      const result = { row, target: 'small', costUsd: 0.5 };
      expect((await post(web.url, '/experiment-runs/run/target-results', result)).status).toBe(200);
      const judged = { row, target: 'small', evaluator: 'exact', score: row };
      expect((await post(web.url, '/experiment-runs/run/evaluator-results', judged)).status).toBe(200);
    }
    for (const [step, body] of [
      ['', { runId: 'sim', scenario: 'late parcel' }],
      ['/sim/start', {}],
      ['/sim/message-snapshots', { messages: [{ role: 'user', content: 'Where is it?' }] }],
      ['/sim/finish', { verdict: 'failure' }],
    ] as const) {
      expect((await post(web.url, `/simulation-runs${step}`, body)).status).toBe(200);
    }

    const evaluations = await eventually(
      () => get<EvaluationPageDto>(web.url, `/evaluations?traceId=${traceId(1)}`),
      ({ body }) => body.items.filter(({ finishedAt }) => finishedAt !== null).length === 3,
    );
    const found = evaluations.body.items.map(({ evaluator, status, score }) => [evaluator, status, score]);
    expect(found.toSorted()).toEqual([
      ['latency', 'completed', 1],
      ['no_errors', 'completed', 0.5],
      ['no_refusal', 'skipped', null],
    ]);
    const run = await eventually(
      () => get<ExperimentRunDto>(web.url, '/experiment-runs/run'),
      ({ body }) => body.status === 'finished',
    );
    expect(run.body).toMatchObject({ targetResults: 2, evaluatorResults: 2, costUsd: 1 });
    expect(run.body.targets[0]?.evaluators).toMatchObject([{ averageScore: 0.5 }]);
    const simulation = await eventually(
      () => get<SimulationRunDetailDto>(web.url, '/simulation-runs/sim'),
      ({ body }) => body.status === 'finished',
    );
    expect(simulation.body).toMatchObject({ verdict: 'failure', snapshots: 1, messages: [{ role: 'user' }] });
    const billed = async () => {
      const { body } = await get<DailyBillableEventsPageDto>(web.url, '/usage/billable-events');
      const sum = (field: 'total' | 'spans' | 'evaluations' | 'experimentResults' | 'simulations') =>
        body.items.reduce((total, day) => total + day[field], 0);
      return [sum('total'), sum('spans'), sum('evaluations'), sum('experimentResults'), sum('simulations')];
    };
    expect(await eventually(billed, ([total]) => (total ?? 0) >= 9)).toEqual([9, 2, 2, 4, 1]);

    const log = await stop(worker);
    expect(log).not.toMatch(/ERROR/);
    // The alert is raised where the reactor runs.
    expect(log).toMatch(/simulation_failed.*late parcel/);
    expect((await get<object[]>(web.url, '/alerts')).body).toEqual([]);
  });

  it('that reactors send come to be also when Redis has lost everything in between', async () => {
    const [web, worker] = await Promise.all([start('web'), start('worker')]);
    const queue = await redisQueue({ url: redisUrl() }).open({ clock: new SystemClock() });
    // What they are told of waits, and is lost before they hear of it.
    for (const component of REACTORS) {
      await queue.control.pause({ component: { kind: 'reactor', component } }, { by: 'test', reason: 'loss' });
    }
    const span = { traceId: traceId(7), spanId: spanId(1), failed: true };
    expect((await post(web.url, '/v1/traces', exportOf('shop', span))).status).toBe(200);
    await eventually(
      () => get(web.url, `/traces/${traceId(7)}`),
      ({ status }) => status === 200,
    );
    const wanted = { evaluationId: 'asked', traceId: traceId(7), evaluator: 'no_errors' };
    expect((await post(web.url, '/evaluations', wanted)).status).toBe(200);
    const plan = { runId: 'lost', experiment: 'shop', rows: 1, targets: ['small'], evaluators: [] };
    expect((await post(web.url, '/experiment-runs', plan)).status).toBe(200);
    const result = { row: 0, target: 'small' };
    expect((await post(web.url, '/experiment-runs/lost/target-results', result)).status).toBe(200);
    await eventually(
      () => queue.control.usageByComponent(),
      (usage) => REACTORS.every((component) => (usage.get(`reactor:${component}`)?.jobs ?? 0) > 0),
    );
    await stop(worker);
    await queue.drain();
    await redis.client.flushall();

    await start('worker');
    const evaluations = await eventually(
      () => get<EvaluationPageDto>(web.url, `/evaluations?traceId=${traceId(7)}`),
      ({ body }) => body.items.filter(({ finishedAt }) => finishedAt !== null).length === 4,
      RECOVERY_TIMEOUT_MS,
    );
    const found = evaluations.body.items.map(({ evaluator, status }) => [evaluator, status]);
    expect(found.toSorted()).toEqual([
      ['latency', 'completed'],
      ['no_errors', 'completed'],
      ['no_errors', 'completed'],
      ['no_refusal', 'skipped'],
    ]);
    await eventually(
      () => get<ExperimentRunDto>(web.url, '/experiment-runs/lost'),
      ({ body }) => body.status === 'finished',
      RECOVERY_TIMEOUT_MS,
    );
  });
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

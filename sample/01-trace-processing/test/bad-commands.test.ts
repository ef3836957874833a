import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ProblemDetails } from '../src/http/problem-details.js';
import { exportOf, spanId, traceId } from './support/otlp-json.js';
import { MAX_BODY_BYTES, startSample, type RunningSample } from './support/start-sample.js';

let sample: RunningSample;

beforeAll(async () => {
  sample = await startSample();
  await sample.post(exportOf('shop', { traceId: traceId(1), spanId: spanId(1) }));
});

afterAll(async () => {
  await sample.app.close();
});

const HEADERS = { 'content-type': 'application/json', 'x-tenant-id': 'acme' };

async function send(path: string, body: string | undefined, headers: Record<string, string> = HEADERS) {
  const method = body === undefined ? 'GET' : 'POST';
  const response = await fetch(sample.url + path, { method, headers, ...(body !== undefined && { body }) });
  expect(response.headers.get('content-type')).toMatch(/^application\/problem\+json/);
  return { status: response.status, problem: (await response.json()) as ProblemDetails };
}

const EVALUATION = { evaluationId: 'e-1', traceId: traceId(1), evaluator: 'mine', external: true };

const PLAN = { runId: 'r-1', experiment: 'shop', rows: 2, targets: ['one'], evaluators: ['exact'] };

/** A good body of each command, and what may be wrong with it: the field that is to be named, and its value. */
const COMMANDS: readonly (readonly [string, object, readonly (readonly [field: string, value: unknown])[]])[] = [
  [
    '/evaluations',
    EVALUATION,
    [
      ['evaluationId', undefined],
      ['evaluationId', ''],
      ['evaluationId', 'a b'],
      ['evaluationId', '.hidden'],
      ['evaluationId', 'a'.repeat(129)],
      ['evaluationId', 7],
      ['traceId', 'xyz'],
      ['traceId', null],
      ['traceId', { length: 32 }],
      ['evaluator', ''],
      ['evaluator', 'e'.repeat(101)],
      ['external', 'yes'],
      ['colour', 'red'],
    ],
  ],
  [
    '/evaluations/e-1/complete',
    { score: 1 },
    [
      ['score', 1.5],
      ['score', -0.1],
      ['score', 'high'],
      ['passed', 'true'],
      ['label', ''],
      ['label', 5],
      ['details', 'd'.repeat(2_001)],
      ['details', null],
      ['costUsd', -1],
      ['costUsd', 1e7],
      ['costUsd', '1'],
      ['verdict', {}],
    ],
  ],
  [
    '/evaluations/e-1/fail',
    { reason: 'broken' },
    [
      ['reason', undefined],
      ['reason', ''],
      ['reason', ['broken']],
      ['reason', 'r'.repeat(2_001)],
    ],
  ],
  [
    '/experiment-runs',
    PLAN,
    [
      ['runId', '/'],
      ['experiment', ''],
      ['rows', 0],
      ['rows', 1.5],
      ['rows', 100_001],
      ['rows', '3'],
      ['targets', []],
      ['targets', 'one'],
      ['targets', ['one', 'one']],
      ['targets', ['one', '']],
      ['targets', Array.from({ length: 21 }, (_, index) => `target ${index}`)],
      ['evaluators', null],
      ['evaluators', [5]],
      ['evaluators', ['e'.repeat(101)]],
    ],
  ],
  [
    '/experiment-runs/r-1/target-results',
    { row: 0, target: 'one' },
    [
      ['row', undefined],
      ['row', -1],
      ['row', 100_000],
      ['target', undefined],
      ['output', 'o'.repeat(20_001)],
      ['output', null],
      ['error', ''],
      ['durationMs', -1],
      ['durationMs', 86_400_001],
      ['costUsd', 1e7],
      ['traceId', 'abc'],
      ['score', 1],
    ],
  ],
  [
    '/experiment-runs/r-1/evaluator-results',
    { row: 0, target: 'one', evaluator: 'exact' },
    [
      ['evaluator', undefined],
      ['status', 'great'],
      ['reason', ''],
      ['score', 2],
      ['passed', 1],
    ],
  ],
  ['/experiment-runs/r-1/complete', { outcome: 'finished' }, [['outcome', 'lost']]],
  [
    '/simulation-runs',
    { runId: 's-1', scenario: 'refund' },
    [
      ['runId', undefined],
      ['scenario', 's'.repeat(101)],
      ['scenario', undefined],
      ['scenarioSet', ''],
      ['status', 'finished'],
    ],
  ],
  [
    '/simulation-runs/s-1/message-snapshots',
    { messages: [{ role: 'user', content: 'hello' }] },
    [
      ['messages', undefined],
      ['messages', []],
      ['messages', 'hello'],
      ['messages', Array.from({ length: 501 }, () => ({ role: 'user', content: '' }))],
    ],
  ],
  [
    '/simulation-runs/s-1/finish',
    { verdict: 'success' },
    [
      ['verdict', undefined],
      ['verdict', 'great'],
      ['reasoning', null],
      ['metCriteria', 'all'],
      ['metCriteria', ['']],
      ['unmetCriteria', Array.from({ length: 51 }, () => 'kind')],
    ],
  ],
  ['/simulation-runs/s-1/cancel', { reason: 'enough' }, [['reason', null]]],
];

const fields = COMMANDS.flatMap(([path, body, wrong]) =>
  wrong.map(([field, value]) => [path, field, value, { ...body, [field]: value }] as const),
);

describe('a command', () => {
  it.each(fields)('to %s whose %s is %j is answered with 400', async (path, field, _, body) => {
    const { status, problem } = await send(path, JSON.stringify(body));
    expect(problem).toMatchObject({ status: 400, code: 'INVALID_REQUEST', detail: expect.any(String) });
    expect(status).toBe(400);
    expect(problem.errors?.map((error) => error.field)).toContain(field);
  });

  const paths = COMMANDS.map(([path]) => path);

  it.each(paths)('to %s must be JSON of a known type and size, of a tenant', async (path) => {
    const statuses = async (body: string, headers?: Record<string, string>) => {
      const { status, problem } = await send(path, body, { ...HEADERS, ...headers });
      return [status, problem.errors?.[0]?.field];
    };
    expect(await statuses('{}', { 'x-tenant-id': '' })).toEqual([400, 'x-tenant-id']);
    expect(await statuses('{}', { 'content-type': 'text/plain' })).toEqual([415, 'content-type']);
    expect(await statuses('{}', { 'content-type': 'application/x-protobuf' })).toEqual([415, 'content-type']);
    expect(await statuses('{}', { 'content-encoding': 'compress' })).toEqual([415, 'content-encoding']);
    expect(await statuses('{"half":')).toEqual([400, 'body']);
    expect(await statuses('"text"')).toEqual([400, 'body']);
    expect((await statuses('[]'))[0]).toBe(400);
    expect(await statuses('{}', { 'idempotency-key': 'with space' })).toEqual([400, 'idempotency-key']);
    expect(await statuses('{}', { 'idempotency-key': 'k'.repeat(201) })).toEqual([400, 'idempotency-key']);
    expect(await statuses(`{"a":"${'a'.repeat(MAX_BODY_BYTES)}"}`)).toEqual([413, 'body']);
  });

  it('to an id that is none is answered with 400', async () => {
    for (const id of ['%20', 'a%2Fb', '-', 'a'.repeat(129)]) {
      for (const [path, field] of [
        [`/evaluations/${id}/start`, 'evaluationId'],
        [`/experiment-runs/${id}/complete`, 'runId'],
        [`/simulation-runs/${id}/start`, 'runId'],
      ] as const) {
        const { status, problem } = await send(path, '{}');
        expect([status, problem.errors?.[0]?.field], path).toEqual([400, field]);
      }
    }
  });

  it('names the part of a list that is wrong', async () => {
    const message = { role: 'user', content: 'hello' };
    for (const [wrong, field] of [
      [{ ...message, role: 'boss' }, 'messages.1.role'],
      [{ ...message, content: 5 }, 'messages.1.content'],
      [{ ...message, content: 'c'.repeat(20_001) }, 'messages.1.content'],
      [{ ...message, colour: 'red' }, 'messages.1.colour'],
      ['hello', 'messages.1'],
    ] as const) {
      const body = JSON.stringify({ messages: [message, wrong] });
      const { status, problem } = await send('/simulation-runs/s-1/message-snapshots', body);
      expect([status, problem.errors?.[0]?.field]).toEqual([400, field]);
    }
  });

  it('leaves nothing behind', async () => {
    for (const path of ['/evaluations/e-1/events', '/experiment-runs/r-1/events', '/simulation-runs/s-1/events']) {
      expect((await sample.get(path)).status, path).toBe(404);
    }
  });
});

describe('a read', () => {
  it.each([
    ['/evaluations?status=odd', 'status'],
    ['/evaluations?passed=maybe', 'passed'],
    ['/evaluations?page=0', 'page'],
    ['/evaluations?traceId=', 'traceId'],
    ['/evaluations/%20', 'evaluationId'],
    ['/evaluations/e-1/events?limit=0', 'limit'],
    ['/receipts/%20', 'receiptId'],
    ['/experiment-runs?status=odd', 'status'],
    ['/simulation-runs?status=odd', 'status'],
    ['/simulation-runs?verdict=odd', 'verdict'],
    ['/usage/billable-events?from=2026-13-01', 'from'],
    ['/usage/billable-events?from=2026-11-20T00:00:00Z', 'from'],
    ['/usage/sdks?to=yesterday', 'to'],
    ['/usage/sdks?pageSize=0', 'pageSize'],
    ['/simulation-runs/%20', 'runId'],
    ['/experiment-runs?experiment=', 'experiment'],
    ['/experiment-runs/%20', 'runId'],
    ['/experiment-runs/r-1/results?after=-1', 'after'],
  ])('of %s is answered with 400 and names %s', async (path, field) => {
    const { status, problem } = await send(path, undefined);
    expect(status).toBe(400);
    expect(problem.errors?.map((error) => error.field)).toContain(field);
  });

  it.each([
    ['/evaluations/nobody', 'EVALUATION_NOT_FOUND'],
    ['/evaluations/nobody/events', 'EVALUATION_NOT_FOUND'],
    ['/experiment-runs/nobody', 'EXPERIMENT_RUN_NOT_FOUND'],
    ['/experiment-runs/nobody/results', 'EXPERIMENT_RUN_NOT_FOUND'],
    ['/experiment-runs/nobody/events', 'EXPERIMENT_RUN_NOT_FOUND'],
    ['/simulation-runs/nobody', 'SIMULATION_RUN_NOT_FOUND'],
    ['/simulation-runs/nobody/events', 'SIMULATION_RUN_NOT_FOUND'],
    ['/receipts/nothing', 'OUTCOME_UNKNOWN'],
  ])('of %s is answered with 404', async (path, code) => {
    expect(await send(path, undefined)).toMatchObject({ status: 404, problem: { code } });
  });

  it.each([
    '/evaluations',
    '/evaluators',
    '/evaluations/e-1',
    '/receipts/r-1',
    '/experiment-runs',
    '/simulation-runs',
    '/usage/sdks',
  ])('of %s needs a tenant', async (path) => {
    const { status, problem } = await send(path, undefined, {});
    expect([status, problem.errors?.[0]?.field]).toEqual([400, 'x-tenant-id']);
  });
});

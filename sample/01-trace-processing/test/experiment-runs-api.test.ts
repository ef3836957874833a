import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ExperimentResultSliceDto } from '../src/experiment-run-processing/http/experiment-result.dto.js';
import type { ExperimentRunPageDto } from '../src/experiment-run-processing/http/experiment-run-page.dto.js';
import type { ExperimentRunDto } from '../src/experiment-run-processing/http/experiment-run.dto.js';
import { CompleteWhenAllAreIn } from '../src/experiment-run-processing/reactors/complete-when-all-are-in.reactor.js';
import type { ProblemDetails } from '../src/http/problem-details.js';
import type { EventPageDto } from '../src/http/recorded-event.dto.js';
import { eventually } from './support/eventually.js';
import { startSample, type RunningSample } from './support/start-sample.js';

let sample: RunningSample;

beforeAll(async () => {
  sample = await startSample();
});

afterAll(async () => {
  await sample.app.close();
});

const PLAN = { experiment: 'shop-assistant', rows: 2, targets: ['small', 'large'], evaluators: ['exact', 'tone'] };

const start = (runId: string, plan: object = {}, tenant = 'acme') =>
  sample.command('/experiment-runs', { runId, ...PLAN, ...plan }, { tenant });
const target = (runId: string, result: object) => sample.command(`/experiment-runs/${runId}/target-results`, result);
const evaluator = (runId: string, result: object) =>
  sample.command(`/experiment-runs/${runId}/evaluator-results`, result);
const until = async (runId: string, holds: (run: ExperimentRunDto) => boolean) =>
  (
    await eventually(
      () => sample.get<ExperimentRunDto>(`/experiment-runs/${runId}`),
      ({ status, body }) => status === 200 && holds(body),
    )
  ).body;
const expectRejected = (answer: { readonly status: number; readonly body: unknown }, code: string) =>
  expect(answer).toMatchObject({ status: 422, body: { status: 422, code, detail: expect.any(String) } });

describe('an experiment run', () => {
  it('is summed up by target and evaluator, and ends by itself when all results are in', async () => {
    expect(await start('run-1')).toMatchObject({ status: 200, body: { status: 'stored', lastSequence: 1 } });
    await Promise.all([
      target('run-1', { row: 0, target: 'small', output: 'yes', durationMs: 100.25, costUsd: 0.1 }),
      target('run-1', { row: 1, target: 'small', error: 'timed out', durationMs: 300, costUsd: 0.2 }),
      target('run-1', { row: 0, target: 'large', output: 'yes, sir', durationMs: 500, costUsd: 1 }),
      target('run-1', { row: 1, target: 'large', output: 'no', durationMs: 700, costUsd: 2 }),
      evaluator('run-1', { row: 0, target: 'small', evaluator: 'exact', passed: true, score: 1 }),
      evaluator('run-1', { row: 1, target: 'small', evaluator: 'exact', status: 'skipped', reason: 'no output' }),
      evaluator('run-1', { row: 0, target: 'large', evaluator: 'exact', passed: false, score: 0 }),
      evaluator('run-1', { row: 1, target: 'large', evaluator: 'exact', passed: true, score: 1 }),
      evaluator('run-1', { row: 0, target: 'small', evaluator: 'tone', score: 0.2, costUsd: 0.01 }),
      evaluator('run-1', { row: 1, target: 'small', evaluator: 'tone', status: 'failed', reason: 'no credit' }),
      evaluator('run-1', { row: 0, target: 'large', evaluator: 'tone', score: 0.7, costUsd: 0.01 }),
    ]);
    const running = await until('run-1', ({ evaluatorResults }) => evaluatorResults === 7);
    expect(running).toMatchObject({ status: 'running', completedAt: null, expectedEvaluatorResults: 8 });

    await evaluator('run-1', { row: 1, target: 'large', evaluator: 'tone', score: 0.8, costUsd: 0.01 });
    const run = await until('run-1', ({ status }) => status !== 'running');
    expect(run).toEqual({
      runId: 'run-1',
      experiment: 'shop-assistant',
      status: 'finished',
      rows: 2,
      targetResults: 4,
      expectedTargetResults: 4,
      evaluatorResults: 8,
      expectedEvaluatorResults: 8,
      failures: 1,
      costUsd: 3.33,
      startedAt: expect.any(String),
      completedAt: expect.any(String),
      targets: [
        {
          target: 'small',
          results: 2,
          failures: 1,
          durationMs: 400.25,
          averageDurationMs: 200.125,
          costUsd: 0.3,
          averageCostUsd: 0.15,
          evaluators: [
            totals('exact', { results: 2, skipped: 1, judged: 1, passed: 1, passRate: 1, scored: 1, averageScore: 1 }),
            totals('tone', { results: 2, failures: 1, scored: 1, averageScore: 0.2, costUsd: 0.01 }),
          ],
        },
        {
          target: 'large',
          results: 2,
          failures: 0,
          durationMs: 1_200,
          averageDurationMs: 600,
          costUsd: 3,
          averageCostUsd: 1.5,
          evaluators: [
            totals('exact', { results: 2, judged: 2, passed: 1, passRate: 0.5, scored: 2, averageScore: 0.5 }),
            totals('tone', { results: 2, scored: 2, averageScore: 0.75, costUsd: 0.02 }),
          ],
        },
      ],
    });
  });

  it('has one record a result', async () => {
    await start('run-2');
    await target('run-2', { row: 0, target: 'small', output: 'ye\ud800s' });
    await evaluator('run-2', { row: 0, target: 'small', evaluator: 'exact', passed: true });
    const read = async (query = '') =>
      (await sample.get<ExperimentResultSliceDto>(`/experiment-runs/run-2/results${query}`)).body;
    const { items, nextAfter } = await eventually(read, (slice) => slice.items.length === 2);
    expect(nextAfter).toBeNull();
    expect(items).toEqual([
      {
        sequence: 2,
        kind: 'target',
        recordedAt: expect.any(String),
        result: { row: 0, target: 'small', output: 'ye\ufffds', error: null, durationMs: 0, costUsd: 0, traceId: null },
      },
      {
        sequence: 3,
        kind: 'evaluator',
        recordedAt: expect.any(String),
        result: {
          row: 0,
          target: 'small',
          evaluator: 'exact',
          status: 'completed',
          reason: null,
          passed: true,
          score: null,
          label: null,
          details: '',
          costUsd: 0,
        },
      },
    ]);
    expect(await read('?limit=1')).toMatchObject({ items: [{ sequence: 2 }], nextAfter: 2 });
    expect(await read('?after=2')).toMatchObject({ items: [{ sequence: 3 }] });
    expect((await sample.get('/experiment-runs/run-2/results', 'globex')).status).toBe(404);
  });

  it('counts a result once: the first of its row, target and evaluator', async () => {
    await start('run-3', { evaluators: ['a:b', 'a'], targets: ['c', 'b:c'] });
    const first = await target('run-3', { row: 0, target: 'c', costUsd: 1 });
    expect(await target('run-3', { row: 0, target: 'c', costUsd: 5 })).toEqual(first);
    await evaluator('run-3', { row: 0, target: 'c', evaluator: 'a:b' });
    await evaluator('run-3', { row: 0, target: 'b:c', evaluator: 'a' });
    await evaluator('run-3', { row: 0, target: 'b:c', evaluator: 'a' });
    const run = await until('run-3', ({ evaluatorResults }) => evaluatorResults >= 2);
    expect(run).toMatchObject({ targetResults: 1, evaluatorResults: 2, costUsd: 1 });
    const { body } = await sample.get<EventPageDto>('/experiment-runs/run-3/events');
    expect(body.items.map(({ type }) => type)).toEqual([
      'experiment_run.started',
      'experiment_run.target_result_recorded',
      'experiment_run.evaluator_result_recorded',
      'experiment_run.evaluator_result_recorded',
    ]);
  });

  it('refuses what makes no sense', async () => {
    expectRejected(await target('nobody', { row: 0, target: 'small' }), 'EXPERIMENT_RUN_UNKNOWN');
    expectRejected(await sample.command('/experiment-runs/nobody/complete'), 'EXPERIMENT_RUN_UNKNOWN');
    await start('run-4');
    expectRejected(await start('run-4'), 'EXPERIMENT_RUN_EXISTS');
    expectRejected(await target('run-4', { row: 0, target: 'huge' }), 'EXPERIMENT_RUN_TARGET_UNPLANNED');
    expectRejected(await target('run-4', { row: 2, target: 'small' }), 'EXPERIMENT_RUN_ROW_UNPLANNED');
    const result = { row: 0, target: 'small', evaluator: 'luck' };
    expectRejected(await evaluator('run-4', result), 'EXPERIMENT_RUN_EVALUATOR_UNPLANNED');
    expectRejected(
      await evaluator('run-4', { ...result, target: 'huge', evaluator: 'exact' }),
      'EXPERIMENT_RUN_TARGET_UNPLANNED',
    );
  });

  it('can be stopped, once, and takes no results afterwards', async () => {
    await start('run-5');
    await target('run-5', { row: 0, target: 'small', costUsd: 2 });
    const stop = { outcome: 'stopped' };
    expect(await sample.command('/experiment-runs/run-5/complete', stop)).toMatchObject({ body: { eventCount: 1 } });
    expect(await sample.command('/experiment-runs/run-5/complete')).toMatchObject({
      status: 200,
      body: { status: 'stored', eventCount: 0, lastSequence: null },
    });
    expectRejected(await target('run-5', { row: 1, target: 'small' }), 'EXPERIMENT_RUN_COMPLETED');
    expect(await until('run-5', ({ status }) => status !== 'running')).toMatchObject({
      status: 'stopped',
      targetResults: 1,
      costUsd: 2,
    });
    // What was recorded is answered like the first time, also now.
    expect(await target('run-5', { row: 0, target: 'small' })).toMatchObject({
      status: 200,
      body: { lastSequence: 2 },
    });
  });

  it('without evaluators ends with the last result of a target', async () => {
    await start('run-6', { evaluators: [], targets: ['only'] });
    await Promise.all([0, 1].map((row) => target('run-6', { row, target: 'only' })));
    expect(await until('run-6', ({ status }) => status === 'finished')).toMatchObject({ expectedEvaluatorResults: 0 });
  });

  it('stays as a client ended it, though the reactor comes later with what it saw before', async () => {
    await start('run-7', { evaluators: [] });
    await target('run-7', { row: 0, target: 'small' });
    const seen = await until('run-7', ({ targetResults }) => targetResults === 1);
    await sample.command('/experiment-runs/run-7/complete', { outcome: 'stopped' });
    const state = { ...seen, status: 'running', targetResults: seen.expectedTargetResults };
    await sample.app
      .get(CompleteWhenAllAreIn)
      .handle(
        { aggregateId: 'run-7' } as Parameters<CompleteWhenAllAreIn['handle']>[0],
        { tenantId: 'acme', state } as unknown as Parameters<CompleteWhenAllAreIn['handle']>[1],
      );
    await until('run-7', ({ status }) => status === 'stopped');
    const { body } = await sample.get<EventPageDto>('/experiment-runs/run-7/events');
    expect(body.items.length).toBe(3);
  });
});

describe('GET /experiment-runs', () => {
  const list = async (query: string, tenant = 'lists') =>
    (await sample.get<ExperimentRunPageDto>(`/experiment-runs${query}`, tenant)).body;

  beforeAll(async () => {
    for (const [runId, experiment] of [
      ['a', 'one'],
      ['b', 'one'],
      ['c', 'two'],
    ] as const) {
      await start(runId, { experiment }, 'lists');
    }
    await sample.command('/experiment-runs/b/complete', {}, { tenant: 'lists' });
    await eventually(
      () => list('?status=finished'),
      ({ total }) => total === 1,
    );
  });

  it.each([
    ['', ['c', 'b', 'a']],
    ['?experiment=one', ['b', 'a']],
    ['?status=running', ['c', 'a']],
    ['?status=finished&experiment=two', []],
    ['?pageSize=2&page=2', ['a']],
  ])('filters and pages by %s', async (query, expected) => {
    const { items } = await eventually(
      () => list(query),
      (page) => page.items.length === expected.length,
    );
    expect(items.map(({ runId }) => runId)).toEqual(expected);
  });

  it('shows a tenant nothing of another', async () => {
    expect(await list('', 'globex')).toMatchObject({ items: [], total: 0 });
    for (const path of ['', '/results', '/events']) {
      const { status, body } = await sample.get<ProblemDetails>(`/experiment-runs/a${path}`, 'globex');
      expect([status, body.code]).toEqual([404, 'EXPERIMENT_RUN_NOT_FOUND']);
    }
  });
});

function totals(name: string, more: object): object {
  const none = { results: 0, failures: 0, skipped: 0, judged: 0, passed: 0, passRate: null };
  return { evaluator: name, ...none, scored: 0, averageScore: null, costUsd: 0, ...more };
}

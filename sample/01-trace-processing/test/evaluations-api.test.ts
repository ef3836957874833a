import { GroupQueue } from '@event-sourcing/nestjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EvaluationPageDto } from '../src/evaluation-processing/http/evaluation-page.dto.js';
import type { EvaluationDto } from '../src/evaluation-processing/http/evaluation.dto.js';
import type { EvaluatorDto } from '../src/evaluation-processing/http/evaluator.dto.js';
import type { ProblemDetails } from '../src/http/problem-details.js';
import type { EventPageDto } from '../src/http/recorded-event.dto.js';
import { eventually } from './support/eventually.js';
import { exportOf, spanId, traceId } from './support/otlp-json.js';
import { startSample, type RunningSample } from './support/start-sample.js';

let sample: RunningSample;

beforeAll(async () => {
  sample = await startSample();
});

afterAll(async () => {
  await sample.app.close();
});

const list = async (query = '', tenant = 'acme') =>
  (await sample.get<EvaluationPageDto>(`/evaluations${query}`, tenant)).body;
const typesOf = async (id: string, tenant = 'acme') =>
  (await sample.get<EventPageDto>(`/evaluations/${id}/events`, tenant)).body.items.map(({ type }) => type);
/** The evaluations of a trace by their evaluators, once all three have ended. */
const ended = async (number: number, tenant = 'acme') => {
  const { items } = await eventually(
    () => list(`?traceId=${traceId(number)}`, tenant),
    (page) => page.items.filter(({ finishedAt }) => finishedAt !== null).length === 3,
  );
  return Object.fromEntries(items.map((one) => [one.evaluator, one]));
};

describe('every trace', () => {
  it('is evaluated by the workers once its spans cease to arrive', async () => {
    const chat = (output: string) => ({ 'gen_ai.output.messages': output });
    await sample.post(
      exportOf(
        'assistant',
        { traceId: traceId(1), spanId: spanId(1), durationMs: 4_000 },
        { traceId: traceId(1), spanId: spanId(2), failed: true },
        { traceId: traceId(1), spanId: spanId(3), attributes: chat('Sure: it ships today.') },
        { traceId: traceId(1), spanId: spanId(4), attributes: chat('I cannot help with that.') },
      ),
    );
    await sample.post(exportOf('assistant', { traceId: traceId(2), spanId: spanId(1), durationMs: 2_000 }));

    const slow = await ended(1);
    expect(slow['latency']).toMatchObject({ status: 'completed', passed: false, score: 0.5, details: '4000 ms' });
    expect(slow['no_errors']).toMatchObject({ status: 'completed', passed: false, score: 0.75 });
    expect(slow['no_refusal']).toMatchObject({ passed: false, label: 'refused', details: '1 of 2 outputs refuse' });
    const quick = await ended(2);
    expect(quick['latency']).toMatchObject({ status: 'completed', passed: true, score: 1, reason: null });
    expect(quick['no_errors']).toMatchObject({ status: 'completed', passed: true, score: 1, traceSequence: 1 });
    expect(quick['no_refusal']).toMatchObject({
      evaluationId: `${traceId(2)}.no_refusal`,
      status: 'skipped',
      reason: 'No span has the output of a model.',
      scheduledAt: expect.any(String),
      startedAt: expect.any(String),
      finishedAt: expect.any(String),
    });
  });

  it('is evaluated once, however often its spans are sent, and whatever comes later', async () => {
    const spans = [1, 2].map((number) => ({ traceId: traceId(3), spanId: spanId(number) }));
    await Promise.all([1, 2, 3].map(() => sample.post(exportOf('shop', ...spans), 'repeats')));
    const first = await ended(3, 'repeats');
    await sample.post(exportOf('shop', ...spans, { traceId: traceId(3), spanId: spanId(3), failed: true }), 'repeats');
    await sample.post(exportOf('shop', { traceId: traceId(4), spanId: spanId(1) }), 'repeats');
    // Its reaction comes after the second one to trace 3.
    await ended(4, 'repeats');
    expect(await ended(3, 'repeats')).toEqual(first);
    expect(first['no_errors']).toMatchObject({ passed: true, traceSequence: 2 });
    for (const evaluator of ['latency', 'no_errors']) {
      expect(await typesOf(`${traceId(3)}.${evaluator}`, 'repeats')).toEqual([
        'evaluation.scheduled',
        'evaluation.started',
        'evaluation.completed',
      ]);
    }
    expect((await list('', 'repeats')).total).toBe(6);
  });
});

describe('an evaluation whose id a client took first', () => {
  it('is left to the client, and the other evaluators run all the same', async () => {
    const trace = traceId(7);
    await sample.post(exportOf('shop', { traceId: trace, spanId: spanId(1) }), 'taken');
    const taken = { evaluationId: `${trace}.latency`, traceId: trace, evaluator: 'mine', external: true };
    expect((await sample.command('/evaluations', taken, { tenant: 'taken' })).status).toBe(200);
    await eventually(
      () => list(`?traceId=${trace}`, 'taken'),
      ({ items }) => items.filter(({ finishedAt }) => finishedAt !== null).length === 2,
    );
    const { body } = await sample.get<EvaluationDto>(`/evaluations/${trace}.latency`, 'taken');
    expect(body).toMatchObject({ evaluator: 'mine', external: true, status: 'scheduled' });
    expect(await sample.app.get(GroupQueue).depth()).toMatchObject({ deadLetters: 0, parkedLanes: 0 });
  });
});

describe('an evaluation that a client runs', () => {
  const schedule = (evaluationId: string, more: object = {}) =>
    sample.command('/evaluations', {
      evaluationId,
      traceId: traceId(9).toUpperCase(),
      evaluator: 'my-judge',
      external: true,
      ...more,
    });
  const expectRejected = async (path: string, body: object, code: string) => {
    const answer = await sample.command<ProblemDetails>(path, body);
    expect(answer).toMatchObject({ status: 422, body: { status: 422, code, detail: expect.any(String) } });
  };

  beforeAll(async () => {
    await sample.post(exportOf('shop', { traceId: traceId(9), spanId: spanId(1) }));
  });

  it('shows what a command stored to a read with its token, and refuses any other token', async () => {
    for (const [step, status] of [
      ['', 'scheduled'],
      ['/start', 'started'],
    ] as const) {
      const sent = step === '' ? await schedule('own-0') : await sample.command(`/evaluations/own-0${step}`);
      const read = await sample.get<EvaluationDto>('/evaluations/own-0', 'acme', sent.body.consistencyToken);
      expect(read).toMatchObject({ status: 200, body: { status } });
    }
    const { body } = await schedule('own-0b');
    for (const [tenant, token] of [
      ['other', body.consistencyToken],
      ['acme', 'nonsense'],
    ] as const) {
      expect(await sample.get<ProblemDetails>('/evaluations/own-0', tenant, token)).toMatchObject({
        status: 400,
        body: { code: 'INVALID_CONSISTENCY_TOKEN' },
      });
    }
  });

  it('goes from scheduled to completed', async () => {
    expect(await schedule('own-1')).toMatchObject({
      status: 200,
      body: { status: 'stored', eventCount: 1, lastSequence: 1 },
    });
    expect((await sample.command('/evaluations/own-1/start')).status).toBe(200);
    const verdict = { score: 0.25, passed: false, label: 'rude', details: 'says so', costUsd: 0.002 };
    expect((await sample.command('/evaluations/own-1/complete', verdict)).status).toBe(200);
    const { body } = await eventually(
      () => sample.get<EvaluationDto>('/evaluations/own-1'),
      (answer) => answer.body.status === 'completed',
    );
    expect(body).toMatchObject({ ...verdict, traceId: traceId(9), evaluator: 'my-judge', external: true });
    expect(await typesOf('own-1')).toEqual(['evaluation.scheduled', 'evaluation.started', 'evaluation.completed']);
  });

  it.each([
    ['fail', 'failed'],
    ['skip', 'skipped'],
  ])('ends with %s', async (step, status) => {
    const id = `own-${step}`;
    await schedule(id);
    await sample.command(`/evaluations/${id}/start`);
    expect((await sample.command(`/evaluations/${id}/${step}`, { reason: 'out of credit' })).status).toBe(200);
    await eventually(
      () => sample.get<EvaluationDto>(`/evaluations/${id}`),
      ({ body }) => body.status === status && body.reason === 'out of credit',
    );
    await expectRejected(`/evaluations/${id}/complete`, {}, 'EVALUATION_FINISHED');
  });

  it('refuses what makes no sense', async () => {
    const request = { evaluationId: 'own-2', traceId: traceId(9), evaluator: 'my-judge', external: true };
    await expectRejected('/evaluations/nobody/start', {}, 'EVALUATION_UNKNOWN');
    await expectRejected('/evaluations/nobody/complete', {}, 'EVALUATION_UNKNOWN');
    await expectRejected('/evaluations/nobody/skip', { reason: 'why not' }, 'EVALUATION_UNKNOWN');
    await expectRejected('/evaluations', { ...request, traceId: traceId(404) }, 'TRACE_UNKNOWN');
    await expectRejected('/evaluations', { ...request, external: false }, 'EVALUATOR_UNKNOWN');
    await schedule('own-2');
    await expectRejected('/evaluations', request, 'EVALUATION_SCHEDULED');
    await expectRejected('/evaluations/own-2/complete', {}, 'EVALUATION_SCHEDULED');
    await expectRejected('/evaluations/own-2/fail', { reason: 'broken' }, 'EVALUATION_SCHEDULED');
    await sample.command('/evaluations/own-2/start');
    await expectRejected('/evaluations/own-2/start', {}, 'EVALUATION_STARTED');
    expect(await typesOf('own-2')).toEqual(['evaluation.scheduled', 'evaluation.started']);
  });

  it('takes a repeat with the same key for what it is', async () => {
    const request = { evaluationId: 'own-3', traceId: traceId(9), evaluator: 'my-judge', external: true };
    const first = await sample.command('/evaluations', request, { key: 'k-1' });
    expect(first.body).toMatchObject({ status: 'stored', commandId: 'http:k-1' });
    expect(await sample.command('/evaluations', request, { key: 'k-1' })).toEqual(first);
    expect((await sample.command('/evaluations', request, { key: 'k-2' })).status).toBe(422);
    expect(await typesOf('own-3')).toEqual(['evaluation.scheduled']);
  });

  it('is nothing that another tenant sees or moves', async () => {
    await schedule('own-4');
    expect((await sample.get('/evaluations/own-4', 'globex')).status).toBe(404);
    expect((await sample.get('/evaluations/own-4/events', 'globex')).status).toBe(404);
    expect(await sample.command('/evaluations/own-4/start', {}, { tenant: 'globex' })).toMatchObject({
      status: 422,
      body: { code: 'EVALUATION_UNKNOWN' },
    });
    expect((await list('', 'globex')).total).toBe(0);
  });
});

describe('GET /evaluations', () => {
  beforeAll(async () => {
    await sample.post(exportOf('shop', { traceId: traceId(1), spanId: spanId(1), failed: true }), 'lists');
    await sample.post(exportOf('shop', { traceId: traceId(2), spanId: spanId(1) }), 'lists');
    await Promise.all([ended(1, 'lists'), ended(2, 'lists')]);
  });

  it.each([
    ['', 6],
    [`?traceId=${traceId(1)}`, 3],
    ['?evaluator=latency', 2],
    ['?status=skipped', 2],
    ['?status=completed', 4],
    ['?passed=false', 1],
    ['?passed=true', 3],
    ['?passed=true&evaluator=no_errors', 1],
    ['?pageSize=4&page=2', 6],
  ])('filters and pages by %s', async (query, total) => {
    expect((await list(query, 'lists')).total).toBe(total);
  });

  it('pages', async () => {
    const pages = await Promise.all([1, 2].map((page) => list(`?pageSize=4&page=${page}`, 'lists')));
    expect(pages.map(({ items }) => items.length)).toEqual([4, 2]);
    expect(new Set(pages.flatMap(({ items }) => items.map(({ evaluationId }) => evaluationId))).size).toBe(6);
  });
});

it('GET /evaluators names what the workers run', async () => {
  const { body } = await sample.get<EvaluatorDto[]>('/evaluators');
  expect(body.map(({ name }) => name)).toEqual(['latency', 'no_errors', 'no_refusal']);
});
